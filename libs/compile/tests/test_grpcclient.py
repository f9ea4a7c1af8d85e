"""Views of gRPC clients."""

from protogen.envoy.config.listener.v3.listener_pb2 import Listener

from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, virtual_host, world
from libs.kernel import xds
from libs.kernel.xds import Snapshot

CLIENT = Proxy(ProxyType.GRPC, "default")
WEB = "outbound|80||web.default.svc.cluster.local"


def _snapshot(text: str) -> Snapshot:
    return compile_snapshot(world(text), CLIENT).snapshot


def test_a_listener_is_named_by_host_and_port_and_has_no_address() -> None:
    """That is the name that such a client asks for."""
    (name,) = _snapshot(service("web")).of(xds.LISTENER)
    assert name == "web.default.svc.cluster.local:80"
    body = _snapshot(service("web")).of(xds.LISTENER)[name].body
    assert Listener.FromString(body).HasField("api_listener")


def test_its_routes_are_for_the_one_host() -> None:
    """Under the name with the port, which is how the client names its target."""
    snapshot = _snapshot(service("web") + service("other"))
    host = virtual_host(snapshot, WEB, "web.default.svc.cluster.local:80")
    assert "web.default.svc.cluster.local:80" in host.domains


def test_a_timeout_is_said_where_the_client_reads_it() -> None:
    """It knows only the maximal duration of a stream."""
    spec = "{hosts: [web], http: [{timeout: 3s, route: [{destination: {host: web}}]}]}"
    snapshot = _snapshot(service("web") + istio("VirtualService", "v", spec))
    (route,) = virtual_host(snapshot, WEB, "web.default.svc.cluster.local:80").routes
    assert route.route.max_stream_duration.max_stream_duration.seconds == 3


def test_services_without_listed_endpoints_are_not_offered() -> None:
    """The client resolves no names and connects nowhere by itself."""
    entry = istio(
        "ServiceEntry",
        "e",
        "{hosts: [a.example], ports: [{number: 80, name: grpc, protocol: GRPC}], resolution: DNS}",
    )
    assert not _snapshot(entry).of(xds.LISTENER)


def test_a_rule_to_a_service_that_the_client_cannot_use_fails_only_its_own_requests() -> None:
    """The rest of the view is served."""
    entry = istio(
        "ServiceEntry",
        "e",
        "{hosts: [a.example], ports: [{number: 80, name: grpc, protocol: GRPC}], resolution: DNS}",
    )
    spec = "{hosts: [web], http: [{route: [{destination: {host: a.example}}]}]}"
    compiled = compile_snapshot(
        world(service("web") + entry + istio("VirtualService", "v", spec)), CLIENT
    )
    (route,) = virtual_host(compiled.snapshot, WEB, "web.default.svc.cluster.local:80").routes
    assert route.route.cluster == "BlackHoleCluster"
    (problem,) = compiled.problems
    assert "no cluster outbound|80||a.example for destination" in problem
