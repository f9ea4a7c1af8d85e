"""How calls reach the workload. What happens to them is held by tables in tests/e2e."""

import pytest
from protogen.envoy.config.cluster.v3.cluster_pb2 import Cluster
from protogen.envoy.config.listener.v3.listener_pb2 import Listener

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, sidecar, world
from libs.envoy.address import text_of
from libs.kernel import xds
from libs.kernel.ids import ResourceName
from libs.kernel.xds import Snapshot
from libs.meshapi.meshconfig.config import InboundTrafficPolicy, MeshConfig


def _ingress(endpoint: str, bind: str = "") -> str:
    at = f", bind: {bind}" if bind else ""
    to = f", defaultEndpoint: '{endpoint}'" if endpoint else ""
    port = "{number: 80, protocol: HTTP, name: http}"
    spec = f"{{ingress: [{{port: {port}{at}{to}}}], egress: [{{hosts: ['~/*']}}]}}"
    return istio("Sidecar", "s", spec)


def _cluster(snapshot: Snapshot, name: str) -> Cluster:
    return Cluster.FromString(snapshot.of(xds.CLUSTER)[ResourceName(name)].body)


@pytest.mark.parametrize(
    ("endpoint", "expected"),
    [
        pytest.param("127.0.0.1:8080", "127.0.0.1:8080", id="loopback"),
        pytest.param("0.0.0.0:8080", "10.0.0.5:8080", id="the workload's own address"),
        pytest.param("unix:///run/app.sock", "/run/app.sock", id="a socket"),
        pytest.param("", "127.0.0.1:80", id="nothing: the same port on loopback"),
    ],
)
def test_an_ingress_listener_leads_to_its_endpoint(endpoint: str, expected: str) -> None:
    """Wherever the program listens."""
    mesh = world(_ingress(endpoint))
    snapshot = compile_snapshot(mesh, sidecar(ips=("10.0.0.5",))).snapshot
    (locality,) = _cluster(snapshot, "inbound|80||").load_assignment.endpoints
    assert text_of(locality.lb_endpoints[0].endpoint.address) == expected


def test_an_ingress_listener_binds_to_the_workloads_address_or_as_written() -> None:
    """Both are listened on by the proxy, never by the program."""
    for bind, expected in (("", "10.0.0.5:80"), ("10.0.0.6", "10.0.0.6:80")):
        mesh = world(_ingress("127.0.0.1:8080", bind))
        snapshot = compile_snapshot(mesh, sidecar(ips=("10.0.0.5",))).snapshot
        (body,) = [one.body for one in snapshot.of(xds.LISTENER).values()]
        assert text_of(Listener.FromString(body).address) == expected


def test_without_redirection_nothing_is_listened_on_for_a_service() -> None:
    """The program itself listens there, and would not start."""
    snapshot = compile_snapshot(world(service("web")), sidecar(labels={"app": "web"})).snapshot
    assert not [name for name in snapshot.of(xds.CLUSTER) if name.startswith("inbound")]


def test_under_redirection_every_port_of_the_services_has_a_chain() -> None:
    """By the workload's own port; whatever else arrives goes through as it came."""
    text = service("web", "{name: http, port: 80, targetPort: 8080}") + service(
        "admin", "{name: tcp, port: 9000}"
    ).replace("selector: {app: admin}", "selector: {app: web}")
    proxy = Proxy(ProxyType.SIDECAR, "default", labels={"app": "web"})
    snapshot = compile_snapshot(world(text), proxy).snapshot
    body = snapshot.of(xds.LISTENER)[ResourceName("virtualInbound")].body
    chains = Listener.FromString(body).filter_chains
    assert [chain.filter_chain_match.destination_port.value for chain in chains] == [
        15006,
        8080,
        9000,
        0,
    ]
    assert _cluster(snapshot, "inbound|8080||").type == Cluster.ORIGINAL_DST


def test_a_port_of_unknown_protocol_is_looked_at_and_no_other() -> None:
    """A server that speaks first on another port must not wait for its client's bytes."""
    text = service("web", "{name: one, port: 80}, {name: two, port: 81}, {name: tcp, port: 82}")
    proxy = Proxy(ProxyType.SIDECAR, "default", labels={"app": "web"})
    held = compile_snapshot(world(text), proxy).snapshot.of(xds.LISTENER)
    built = Listener.FromString(held[ResourceName("virtualInbound")].body)
    chains = [
        (
            one.filter_chain_match.destination_port.value,
            bool(one.filter_chain_match.application_protocols),
        )
        for one in built.filter_chains
        if 80 <= one.filter_chain_match.destination_port.value <= 82
    ]
    assert chains == [(80, True), (80, False), (81, True), (81, False), (82, False)]
    (inspector,) = [one for one in built.listener_filters if one.HasField("filter_disabled")]
    looked_at = inspector.filter_disabled.not_match.or_match.rules
    assert [one.destination_port_range.start for one in looked_at] == [80, 81]


def test_limits_of_a_port_count_before_those_of_the_whole_sidecar() -> None:
    """Both are about connections to the workload."""
    ports = (
        "{port: {number: 80, protocol: HTTP, name: a}}, {port: {number: 81, protocol: TCP, name: b}"
    )
    own = ", connectionPool: {tcp: {maxConnections: 7}}}"
    pool = "inboundConnectionPool: {tcp: {maxConnections: 9}}"
    mesh = world(
        istio("Sidecar", "s", f"{{ingress: [{ports}{own}], {pool}, egress: [{{hosts: ['~/*']}}]}}")
    )
    snapshot = compile_snapshot(mesh, sidecar(ips=("10.0.0.5",))).snapshot
    limits = [
        _cluster(snapshot, f"inbound|{port}||").circuit_breakers.thresholds[0].max_connections.value
        for port in (80, 81)
    ]
    assert limits == [9, 7]


WORKLOAD = Proxy(ProxyType.SIDECAR, "default", ("10.0.0.5",), labels={"app": "web"})
SERVICE = service("web", "{name: http, port: 80, targetPort: 8080}")


def test_a_workload_that_listens_on_loopback_is_called_there() -> None:
    """By default it sees calls under the address that they were meant for."""
    passing, local = (
        _cluster(
            compile_snapshot(
                world(SERVICE, MeshConfig(inbound_traffic_policy=policy)), WORKLOAD
            ).snapshot,
            "inbound|8080||",
        )
        for policy in (None, InboundTrafficPolicy(mode="LOCALHOST"))
    )
    assert passing.type == Cluster.ORIGINAL_DST
    (locality,) = local.load_assignment.endpoints
    assert text_of(locality.lb_endpoints[0].endpoint.address) == "127.0.0.1:8080"


def test_the_ports_that_calls_are_redirected_to_are_the_meshs_to_say() -> None:
    """Who calls them directly gets nowhere."""
    mesh = world(SERVICE, MeshConfig(proxy_listen_port=1, proxy_inbound_listen_port=2))
    snapshot = compile_snapshot(mesh, WORKLOAD).snapshot
    for name, port in (("virtualOutbound", 1), ("virtualInbound", 2)):
        built = Listener.FromString(snapshot.of(xds.LISTENER)[ResourceName(name)].body)
        assert built.address.socket_address.port_value == port
        assert built.filter_chains[0].filter_chain_match.destination_port.value == port


def test_calls_to_a_workload_are_counted_under_the_name_that_a_mesh_wants() -> None:
    """The service that is there names them, also where a Sidecar states the port."""
    pattern = MeshConfig(inbound_cluster_stat_name="%SERVICE%_%SERVICE_PORT%_%TARGET_PORT%")
    snapshot = compile_snapshot(world(SERVICE, pattern), WORKLOAD).snapshot
    assert _cluster(snapshot, "inbound|8080||").alt_stat_name == "web.default_80_8080"
    port = "{number: 8080, protocol: HTTP, name: http}"
    stated = f"{{ingress: [{{port: {port}}}], egress: [{{hosts: ['*/*']}}]}}"
    mesh = world(SERVICE + istio("Sidecar", "s", stated), pattern)
    snapshot = compile_snapshot(mesh, WORKLOAD).snapshot
    assert _cluster(snapshot, "inbound|8080||").alt_stat_name == "web.default_80_8080"


def test_a_workload_that_speaks_grpc_web_gets_calls_translated() -> None:
    """Others have no filter for it."""
    for name, translated in (("grpc-web", True), ("grpc", False)):
        mesh = world(service("web", f"{{name: {name}, port: 80, targetPort: 8080}}"))
        body = compile_snapshot(mesh, WORKLOAD).snapshot.of(xds.LISTENER)
        assert (b"envoy.filters.http.grpc_web" in body[ResourceName("virtualInbound")].body) is (
            translated
        )
