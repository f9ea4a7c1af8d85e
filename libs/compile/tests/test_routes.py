"""Rules as routes: order, alternatives and names. Their meaning is held by tables in tests/e2e."""

from dataclasses import replace

import pytest
from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.compile import actions
from libs.compile.conditions import can_hold, condition
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.routes import catch_alls_last, routes_of
from libs.compile.tests.worlds import istio, service, sidecar, view_of, world
from libs.compile.view import Place, destination_cluster
from libs.compile.world import World
from libs.envoy.matchers import matches_everything
from libs.meshapi.virtualservice import (
    Destination,
    HTTPMatchRequest,
    HTTPRedirect,
    HTTPRoute,
    PortSelector,
)

TO_WEB = "route: [{destination: {host: web}}]"


def _world(http: str) -> World:
    return world(
        service("web")
        + service("two", "{name: a, port: 1}, {name: b, port: 2}")
        + istio("VirtualService", "v", f"{{hosts: [web], http: {http}}}")
    )


def _place(mesh: World, proxy: Proxy | None = None, gateway: str = "mesh") -> Place:
    caller = proxy or sidecar()
    return Place(view_of(mesh, caller), 80, frozenset({gateway}))


def _routes(http: str) -> list[rc.Route]:
    mesh = _world(http)
    return routes_of(mesh.rules[0], _place(mesh))


def test_every_alternative_is_a_route_in_the_written_order() -> None:
    """Named by rule and alternative, where these have names."""
    found = _routes(
        f"[{{name: r, match: [{{name: a, uri: {{exact: /a}}}}, {{uri: {{exact: /b}}}}], {TO_WEB}}},"
        f"{{match: [{{name: c, uri: {{exact: /c}}}}], {TO_WEB}}}]"
    )
    assert [(one.name, one.match.path) for one in found] == [
        ("r.a", "/a"),
        ("r", "/b"),
        ("c", "/c"),
    ]


@pytest.mark.parametrize(
    "match", ["", "match: [{uri: {prefix: /}}], ", "match: [{uri: {regex: .*}}], "]
)
def test_nothing_stands_behind_a_route_for_everything(match: str) -> None:
    """Envoy would never come to it."""
    found = _routes(f"[{{name: all, {match}{TO_WEB}}}, {{name: never, {TO_WEB}}}]")
    assert [one.name for one in found] == ["all"]


def test_a_rule_whose_delegate_is_missing_is_left_out_and_said() -> None:
    """Where its rules would be built, it is noted why there are none."""
    mesh = _world("[{name: d, delegate: {name: x}}]")
    place = _place(mesh)
    assert routes_of(mesh.rules[0], place) == []
    (problem,) = place.view.ledger.problems
    assert "delegate default/x is no VirtualService without hosts" in problem


def test_routes_for_everything_go_behind_the_others_in_their_order() -> None:
    """And nothing else moves."""
    routes = [
        rc.Route(name="1", match=rc.RouteMatch(prefix="/")),
        rc.Route(name="2", match=rc.RouteMatch(path="/a")),
        rc.Route(name="3", match=rc.RouteMatch(prefix="/")),
        rc.Route(name="4", match=rc.RouteMatch(path="/a")),
    ]
    assert [one.name for one in catch_alls_last(routes)] == ["2", "4", "1", "3"]


ROUTER = Proxy(ProxyType.ROUTER, "default", labels={"istio": "edge"})


@pytest.mark.parametrize(
    ("match", "proxy", "gateway", "expected"),
    [
        pytest.param(HTTPMatchRequest(port=80), None, "mesh", True, id="this port"),
        pytest.param(HTTPMatchRequest(port=81), None, "mesh", False, id="another port"),
        pytest.param(HTTPMatchRequest(gateways=("g",)), None, "mesh", False, id="a gateway"),
        pytest.param(
            HTTPMatchRequest(gateways=("g",)), ROUTER, "default/g", True, id="this gateway"
        ),
        pytest.param(
            HTTPMatchRequest(gateways=("g",), source_labels={"a": "b"}),
            ROUTER,
            "default/g",
            True,
            id="labels say nothing about who calls a gateway",
        ),
        pytest.param(
            HTTPMatchRequest(source_labels={"a": "b"}), None, "mesh", False, id="other labels"
        ),
        pytest.param(
            HTTPMatchRequest(source_namespace="other"), None, "mesh", False, id="other namespace"
        ),
    ],
)
def test_what_is_known_before_a_request_is_decided_then(
    match: HTTPMatchRequest,
    proxy: Proxy | None,
    gateway: str,
    expected: bool,  # noqa: FBT001 - the expected answer
) -> None:
    """An alternative that cannot hold is no route at all."""
    mesh = _world(f"[{{{TO_WEB}}}]")
    assert can_hold(match, mesh.rules[0], _place(mesh, proxy, gateway)) is expected


def test_no_alternative_means_every_request() -> None:
    """As does one without conditions."""
    assert matches_everything(condition(None))
    assert matches_everything(condition(HTTPMatchRequest()))


@pytest.mark.parametrize(
    ("destination", "expected"),
    [
        pytest.param(
            Destination(host="two", port=PortSelector(number=2)), "outbound|2||two", id="a port"
        ),
        pytest.param(Destination(host="web"), "outbound|80||web", id="the only port"),
        pytest.param(Destination(host="two"), "BlackHoleCluster", id="neither: the call's port"),
        pytest.param(Destination(host="web", subset="v9"), "BlackHoleCluster", id="no subset"),
    ],
)
def test_a_destination_is_a_cluster_that_is_there(destination: Destination, expected: str) -> None:
    """What is not there fails, and is said."""
    mesh = _world(f"[{{{TO_WEB}}}]")
    place = _place(mesh)
    found = destination_cluster(place, destination, "default", mesh.rules[0].key)
    assert found.removesuffix(".default.svc.cluster.local") == expected
    assert bool(place.view.ledger.problems) == (expected == "BlackHoleCluster")


def test_a_redirect_status_that_envoy_does_not_know_is_said() -> None:
    """The nearest that is sent instead is the default."""
    mesh = _world(f"[{{{TO_WEB}}}]")
    place, result = _place(mesh), rc.Route()
    rule = HTTPRoute(redirect=HTTPRedirect(uri="/x", redirect_code=305))
    actions.apply(result, rule, mesh.rules[0], place)
    assert result.redirect.response_code == rc.RedirectAction.MOVED_PERMANENTLY
    assert "cannot redirect with status 305" in next(iter(place.view.ledger.problems))


def test_weights_that_add_up_to_nothing_lead_nowhere() -> None:
    """Objects that no parser saw may say that; Envoy would refuse the whole route."""
    mesh = _world(f"[{{{TO_WEB}}}]")
    place, result = _place(mesh), rc.Route()
    destination = mesh.rules[0].http[0].route[0]
    rule = HTTPRoute(route=(destination, destination))
    actions.apply(result, rule, replace(mesh.rules[0], http=(rule,)), place)
    assert result.route.cluster == "BlackHoleCluster"
    assert place.view.ledger.problems
