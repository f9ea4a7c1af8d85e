"""Chains of a workload's ports. What comes of calls is held by tables in tests/e2e."""

from dataclasses import replace

from protogen.envoy.config.listener.v3.listener_pb2 import Listener

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import Compiled, compile_snapshot
from libs.compile.tests.worlds import istio, service, sidecar, world
from libs.kernel import xds
from libs.kernel.ids import ResourceName

_AGENT = {"ISTIO_VERSION": "1.28.0"}
_STRICT = """
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: web, namespace: default}
spec: {selector: {matchLabels: {app: web}}, portLevelMtls: {"9999": {mode: STRICT}}}
"""


def _inbound(text: str, proxy: Proxy) -> tuple[Compiled, Listener]:
    compiled = compile_snapshot(world(text), proxy)
    held = compiled.snapshot.of(xds.LISTENER)
    return compiled, Listener.FromString(held[ResourceName("virtualInbound")].body)


def test_a_port_of_a_policy_has_chains_even_if_no_service_has_it() -> None:
    """What is strict must not be reached as one of the other ports."""
    proxy = Proxy(ProxyType.SIDECAR, "default", labels={"app": "web"}, metadata=_AGENT)
    _, built = _inbound(service("web") + _STRICT, proxy)
    chains = [
        one for one in built.filter_chains if one.filter_chain_match.destination_port.value == 9999
    ]
    assert chains
    assert all(one.filter_chain_match.transport_protocol == "tls" for one in chains)
    assert all(one.HasField("transport_socket") for one in chains)


def test_a_strict_port_without_a_certificate_leads_nowhere() -> None:
    """Better no call than one in plain."""
    proxy = Proxy(ProxyType.SIDECAR, "default", labels={"app": "web"})
    compiled, built = _inbound(service("web") + _STRICT, proxy)
    (chain,) = [
        one for one in built.filter_chains if one.filter_chain_match.destination_port.value == 9999
    ]
    assert b"BlackHoleCluster" in chain.filters[0].typed_config.value
    assert any("port 9999" in one for one in compiled.problems)


def test_tls_of_a_port_counts_only_where_the_meshs_is_off() -> None:
    """Two kinds of TLS at one port could not be told apart."""
    written = "{mode: SIMPLE, serverCertificate: /c, privateKey: /k}"
    port = "{number: 80, protocol: HTTPS, name: https}"
    text = istio(
        "Sidecar",
        "s",
        f"{{ingress: [{{port: {port}, defaultEndpoint: '127.0.0.1:8080', tls: {written}}}], "
        "egress: [{hosts: ['~/*']}]}",
    )
    proxy = replace(sidecar(ips=("10.0.0.5",)), metadata={**_AGENT, "INTERCEPTION_MODE": "NONE"})
    compiled = compile_snapshot(world(text), proxy)
    (problem,) = compiled.problems
    assert "`tls` of ingress port 80 has no effect" in problem
    assert not compile_snapshot(world(text), sidecar(ips=("10.0.0.5",))).problems
