"""Rules for connections that nobody reads."""

import pytest
from protogen.envoy.extensions.filters.network.tcp_proxy.v3.tcp_proxy_pb2 import TcpProxy

from libs.compile.streams import tcp_route, tls_routes
from libs.compile.tests.worlds import istio, service, sidecar, view_of, world
from libs.compile.view import Place

WEB = "outbound|80||web.default.svc.cluster.local"


def _place(spec: str) -> Place:
    text = service("web", "{name: tcp, port: 80}") + istio("VirtualService", "v", spec)
    return Place(view_of(world(text), sidecar()), 80, frozenset({"mesh"}))


def _tcp(match: str, route: str = "[{destination: {host: web}}]") -> Place:
    return _place(f"{{hosts: [web], tcp: [{{match: [{match}], route: {route}}}]}}")


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        pytest.param("{port: 80}", True, id="its port"),
        pytest.param("{port: 81}", False, id="another port"),
        pytest.param("{gateways: [mesh]}", True, id="here"),
        pytest.param("{gateways: [edge]}", False, id="elsewhere"),
        pytest.param("{sourceLabels: {app: other}}", False, id="another caller"),
    ],
)
def test_a_rule_counts_where_it_can_hold(match: str, expected: bool) -> None:  # noqa: FBT001
    """Port, gateway and caller are known before any connection."""
    place = _tcp(match)
    assert bool(tcp_route(place.view.world.rules[0], place)) is expected


def test_connections_are_shared_by_weight() -> None:
    """One destination needs no weight, several keep theirs."""
    two = "[{destination: {host: web}, weight: 1}, {destination: {host: web}, weight: 3}]"
    place = _tcp("{port: 80}", two)
    (found,), proxy = tcp_route(place.view.world.rules[0], place), TcpProxy()
    assert found.typed_config.Unpack(proxy)
    shares = [(one.name, one.weight) for one in proxy.weighted_clusters.clusters]
    assert shares == [(WEB, 1), (WEB, 3)]


def test_a_rule_by_address_is_left_out_and_said() -> None:
    """Without its condition it would take connections that are not meant for it."""
    place = _tcp("{destinationSubnets: [10.0.0.0/8]}")
    assert tcp_route(place.view.world.rules[0], place) == ()
    assert place.view.ledger.problems


def test_names_lead_to_their_destinations() -> None:
    """Every match of a TLS rule has its own names."""
    match = "[{sniHosts: [a.web]}, {sniHosts: [b.web], port: 81}]"
    spec = (
        f"{{hosts: ['*.web'], tls: [{{match: {match}, route: [{{destination: {{host: web}}}}]}}]}}"
    )
    place = _place(spec)
    assert [asked for asked, _ in tls_routes(place.view.world.rules[0], place)] == [("a.web",)]
