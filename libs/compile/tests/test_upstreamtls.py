"""TLS towards endpoints: the rule's own, or the mesh's."""

from dataclasses import replace

import pytest
from protogen.envoy.config.cluster.v3.cluster_pb2 import Cluster
from protogen.envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from libs.compile import upstreamtls
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.tests.worlds import istio, service, view_of, world
from libs.envoy import cluster, tls
from libs.envoy.cluster import LoadBalancing
from libs.meshapi.meshconfig.config import MeshConfig, TLSDefaults
from libs.meshapi.trafficpolicy import ClientTLS, TrafficPolicy
from libs.registry.service import Protocol


def _built(
    policy: TrafficPolicy,
    protocol: Protocol = Protocol.HTTP,
    metadata: dict[str, str] | None = None,
    mesh: MeshConfig | None = None,
) -> Cluster:
    proxy = Proxy(ProxyType.SIDECAR, "default", metadata=metadata or {})
    account = "{address: 10.0.0.1, labels: {app: web}, serviceAccount: web}"
    text = service("web", f"{{name: {protocol.value}, port: 443}}")
    view = view_of(world(text + istio("WorkloadEntry", "w", account), mesh), proxy)
    (one,) = view.outbound.values()
    built = cluster.by_discovery("c", LoadBalancing.LEAST_REQUEST, http2=protocol.is_http2)
    upstreamtls.apply(view, built, replace(one, traffic=policy))
    return built


def _tls(
    written: ClientTLS,
    protocol: Protocol = Protocol.HTTP,
    metadata: dict[str, str] | None = None,
) -> tls_pb2.UpstreamTlsContext:
    context = tls_pb2.UpstreamTlsContext()
    found = _built(TrafficPolicy(tls=written), protocol, metadata).transport_socket
    assert found.typed_config.Unpack(context)
    return context


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(ClientTLS(mode="SIMPLE"), tls.SYSTEM_AUTHORITIES, id="the system's"),
        pytest.param(ClientTLS(mode="SIMPLE", ca_certificates="/ca"), "/ca", id="as written"),
        pytest.param(ClientTLS(mode="SIMPLE", insecure_skip_verify=True), "", id="none"),
    ],
)
def test_endpoints_are_verified_unless_a_rule_says_otherwise(
    written: ClientTLS, expected: str
) -> None:
    """Without a file the authorities of the system are trusted."""
    context = _tls(written).common_tls_context.validation_context
    assert context.trusted_ca.filename == expected


def test_without_a_server_name_that_of_the_request_is_sent_and_verified() -> None:
    """A written name is sent as it is."""
    options = cluster.http_options(_built(TrafficPolicy(tls=ClientTLS(mode="SIMPLE"))))
    assert options.upstream_http_protocol_options.auto_sni
    assert options.upstream_http_protocol_options.auto_san_validation
    assert _tls(ClientTLS(mode="SIMPLE", sni="a.example")).sni == "a.example"


def test_a_mutual_rule_shows_the_proxys_certificate() -> None:
    """A simple one shows none, whatever files it names."""
    simple = ClientTLS(mode="SIMPLE", client_certificate="/c", private_key="/k")
    written = simple.model_copy(update={"mode": "MUTUAL"})
    mutual = _tls(written).common_tls_context.tls_certificates
    assert [one.private_key.filename for one in mutual] == ["/k"]
    assert not _tls(simple).common_tls_context.tls_certificates


@pytest.mark.parametrize(
    ("protocol", "expected"),
    [(Protocol.HTTP, ["http/1.1"]), (Protocol.GRPC, ["h2"]), (Protocol.TCP, [])],
)
def test_the_protocol_inside_is_offered(protocol: Protocol, expected: list[str]) -> None:
    """Bytes that nobody reads offer nothing."""
    context = _tls(ClientTLS(mode="SIMPLE"), protocol)
    assert list(context.common_tls_context.alpn_protocols) == expected


FILES = {
    "TLS_CLIENT_CERT_CHAIN": "/etc/certs/cert-chain.pem",
    "TLS_CLIENT_KEY": "/etc/certs/key.pem",
    "TLS_CLIENT_ROOT_CERT": "/etc/certs/root-cert.pem",
}


def test_the_meshs_tls_asks_for_the_cluster_and_expects_the_services_accounts() -> None:
    """Certificates are those that the proxy says it has."""
    found = _tls(ClientTLS(mode="ISTIO_MUTUAL"), metadata=FILES)
    common = found.common_tls_context
    assert found.sni == "outbound_.443_._.web.default.svc.cluster.local"
    assert list(common.alpn_protocols) == ["istio-http/1.1", "istio"]
    assert common.tls_certificates[0].private_key.filename == "/etc/certs/key.pem"
    expected = common.validation_context.match_typed_subject_alt_names
    assert {one.matcher.exact for one in expected} == {"spiffe://cluster.local/ns/default/sa/web"}


def test_the_agent_of_istios_proxies_serves_the_certificates() -> None:
    """Where no files are named, an agent is known by the version that it says."""
    common = _tls(
        ClientTLS(mode="ISTIO_MUTUAL", subject_alt_names=("a.example",)),
        metadata={"ISTIO_VERSION": "1.31.0"},
    ).common_tls_context
    assert common.tls_certificate_sds_secret_configs[0].name == "default"
    names = common.combined_validation_context.default_validation_context
    assert {one.matcher.exact for one in names.match_typed_subject_alt_names} == {"a.example"}


def test_without_a_certificate_of_the_mesh_there_is_no_tls() -> None:
    """And that is said, where it is compiled."""
    assert not _built(TrafficPolicy(tls=ClientTLS(mode="ISTIO_MUTUAL"))).transport_socket.name


def test_certificates_that_were_taken_back_are_refused() -> None:
    """By the list that the rule names."""
    found = _tls(ClientTLS(mode="SIMPLE", ca_certificates="/ca", ca_crl="/crl"))
    assert found.common_tls_context.validation_context.crl.filename == "/crl"


@pytest.mark.parametrize(
    ("own", "expected"),
    [("", ["entry.example"]), (", subjectAltNames: [rule.example]", ["rule.example"])],
)
def test_names_of_the_service_are_verified_where_the_rule_names_none(
    own: str, expected: list[str]
) -> None:
    """The rule's own list takes the place of the entry's."""
    entry = istio(
        "ServiceEntry",
        "e",
        "{hosts: [a.example], ports: [{number: 443, name: https, protocol: HTTPS}],"
        " resolution: DNS, subjectAltNames: [entry.example]}",
    )
    rule = istio(
        "DestinationRule",
        "d",
        f"{{host: a.example, trafficPolicy: {{tls: {{mode: SIMPLE, caCertificates: /ca{own}}}}}}}",
    )
    view = view_of(world(entry + rule), Proxy(ProxyType.SIDECAR, "default"))
    (one,) = view.outbound.values()
    built = cluster.by_discovery("c", LoadBalancing.LEAST_REQUEST)
    upstreamtls.apply(view, built, one)
    context = tls_pb2.UpstreamTlsContext()
    assert built.transport_socket.typed_config.Unpack(context)
    verified = context.common_tls_context.validation_context.match_typed_subject_alt_names
    assert sorted({name.matcher.exact for name in verified}) == expected


def test_a_mesh_may_leave_verification_to_rules_that_name_authorities() -> None:
    """Without `verifyCertificateAtClient` the authorities of the system do not count."""
    mesh = MeshConfig(verify_certificate_at_client=False)
    for file, trusted in (("", ""), ("/ca", "/ca")):
        policy = TrafficPolicy(tls=ClientTLS(mode="SIMPLE", ca_certificates=file))
        context = tls_pb2.UpstreamTlsContext()
        assert _built(policy, mesh=mesh).transport_socket.typed_config.Unpack(context)
        assert context.common_tls_context.validation_context.trusted_ca.filename == trusted


def test_curves_and_suites_of_the_mesh_count_towards_endpoints() -> None:
    """A suite that no Envoy has is left out."""
    wanted = TLSDefaults(ecdh_curves=("P-256",), cipher_suites=("ECDHE-RSA-AES128-GCM-SHA256", "x"))
    context = tls_pb2.UpstreamTlsContext()
    built = _built(
        TrafficPolicy(tls=ClientTLS(mode="SIMPLE")), mesh=MeshConfig(tls_defaults=wanted)
    )
    assert built.transport_socket.typed_config.Unpack(context)
    params = context.common_tls_context.tls_params
    assert list(params.ecdh_curves) == ["P-256"]
    assert list(params.cipher_suites) == ["ECDHE-RSA-AES128-GCM-SHA256"]
