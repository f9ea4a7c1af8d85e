"""Virtual hosts that are put together from bytes."""

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.ledger import Ledger
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.snapshot import compile_snapshot
from libs.compile.tests.worlds import istio, service, sidecar, world
from libs.compile.view import View
from libs.compile.virtualhosts import configuration, planned, serialised, unrouted
from libs.compile.world import build_world
from libs.envoy import route
from libs.kernel import xds
from libs.kernel.ids import ClusterName

MESH = (
    service("a")
    + service("b")
    + istio(
        "VirtualService",
        "v",
        "{hosts: [a, x.example], gateways: [mesh, g], http: [{match: [{uri: {prefix: /x}, "
        "headers: {b: {exact: '1'}, a: {exact: '2'}}}], route: [{destination: {host: a}}]}, "
        "{route: [{destination: {host: b}}]}]}",
    )
    + istio(
        "Gateway",
        "g",
        "{selector: {a: b}, servers: [{port: {number: 80, name: http, protocol: HTTP}, "
        "hosts: ['*'], tls: {httpsRedirect: true}}]}",
    )
)
PROXIES = (
    sidecar(),
    Proxy(ProxyType.ROUTER, "default", labels={"a": "b"}),
    Proxy(ProxyType.GRPC, "default"),
)


def test_what_is_put_together_is_what_serialising_the_whole_gives() -> None:
    """Equal configurations have one form, however they were made."""
    for proxy in PROXIES:
        found = compile_snapshot(world(MESH), proxy).snapshot.of(xds.ROUTE)
        assert found
        for one in found.values():
            message = route_pb2.RouteConfiguration.FromString(one.body)
            assert message.SerializeToString(deterministic=True) == one.body


def test_routes_that_take_everything_stand_behind_those_of_all_rules() -> None:
    """Both keep their order, and every cluster is needed by the host."""
    several = {
        "a": serialised([_route("/a", "one"), _route("/", "all")]),
        "b": serialised([_route("/b", "two"), _route("/", "more")]),
    }
    keys = (("rule", "a"), ("rule", "b"))
    host = planned(route.virtual_host("h", ["H.example"], ()))
    view = View(build_world([], ClusterName("c")), sidecar(), {}, Ledger())
    made = configuration(view, route.configuration("r", ()), {"h": (host, keys)}, {"rule": several})
    (built,) = route_pb2.RouteConfiguration.FromString(made.resource.body).virtual_hosts
    assert [one.route.cluster for one in built.routes] == ["one", "two", "all", "more"]
    assert built.include_request_attempt_count
    assert made.claims.clusters.keys() == {"one", "two", "all", "more"}


def test_rules_without_a_route_are_told_apart() -> None:
    """Nothing holds at this place."""
    assert unrouted({"a": serialised(()), "b": serialised([_route("/", "c")])}) == {"a"}


def _route(prefix: str, cluster: str) -> rc.Route:
    built = route.default_route(cluster)
    built.match.prefix = prefix
    return built
