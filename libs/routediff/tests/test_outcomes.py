"""What routes do, facet by facet."""

from collections.abc import Callable

import pytest
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.routediff.destinations import Upstreams
from libs.routediff.outcomes import NOTHING, Outcome, Outcomes, around, different_facets
from libs.routediff.tests.views import cluster, host, to, view

CLUSTERS = [cluster("a"), cluster("b")]


def _outcome(route: rc.Route) -> Outcome:
    upstreams = Upstreams(view([], CLUSTERS))
    return Outcomes(upstreams, route_pb2.RouteConfiguration()).of(host(route), route)


def _with(change: Callable[[rc.Route], object]) -> rc.Route:
    route = to("a")
    change(route)
    return route


def _weights(route: rc.Route) -> None:
    for name in "ab":
        route.route.weighted_clusters.clusters.add(name=name).weight.value = 1


@pytest.mark.parametrize(
    ("change", "facet"),
    [
        (lambda one: setattr(one.route, "cluster", "b"), "destinations"),
        (_weights, "destinations"),
        (lambda one: setattr(one.route.timeout, "seconds", 1), "timeout"),
        (lambda one: setattr(one.route.retry_policy, "retry_on", "5xx"), "retries"),
        (lambda one: one.route.request_mirror_policies.add(cluster="b"), "mirror"),
        (lambda one: setattr(one.route, "host_rewrite_literal", "h"), "host"),
        (lambda one: setattr(one.route, "prefix_rewrite", "/x"), "path"),
        (lambda one: one.request_headers_to_remove.append("x"), "request headers"),
        (lambda one: one.response_headers_to_remove.append("x"), "response headers"),
        (lambda one: setattr(one.route.hash_policy.add(), "terminal", True), "hash_policy"),
        (lambda one: one.typed_per_filter_config["f"].Pack(rc.FilterConfig()), "filter f"),
    ],
)
def test_each_change_is_a_facet(change: Callable[[rc.Route], object], facet: str) -> None:
    """A changed route differs in the facet of the change, and in no other."""
    assert different_facets(_outcome(to("a")), _outcome(_with(change))) == {facet}


@pytest.mark.parametrize(
    "change",
    [
        lambda one: setattr(one, "name", "other"),
        lambda one: setattr(one, "stat_prefix", "other"),
        lambda one: setattr(one.decorator, "operation", "other"),
        lambda one: setattr(one.route.timeout, "seconds", 15),
        lambda one: setattr(one.route, "prefix_rewrite", "/"),
    ],
    ids=["name", "statistics", "span name", "stated default", "rewrite to itself"],
)
def test_what_no_caller_notices_is_no_difference(change: Callable[[rc.Route], object]) -> None:
    """Names, and other words for the same, change nothing."""
    assert different_facets(_outcome(to("a")), _outcome(_with(change))) == frozenset()


def test_an_empty_not_found_is_as_good_as_no_route() -> None:
    """A client cannot tell them apart."""
    route = rc.Route(match=rc.RouteMatch(prefix="/"))
    route.direct_response.status = 404
    assert different_facets(NOTHING, _outcome(route)) == frozenset()


def test_what_a_configuration_says_for_all_is_compared() -> None:
    """Its own name is not."""
    named = route_pb2.RouteConfiguration(name="a")
    assert around(named) == around(None)
    assert around(route_pb2.RouteConfiguration(request_headers_to_remove=["x"])) != around(named)
