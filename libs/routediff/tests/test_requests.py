"""The classes of differing requests, against both sides' answers to every kind of request."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)

from libs.matchsets.firstmatch import Box
from libs.matchsets.partition import Effort
from libs.routediff.destinations import Upstreams
from libs.routediff.requests import Found, Gap, Requests
from libs.routediff.sides import Side
from libs.routediff.tables import Comparable, comparable, written
from libs.routediff.tests.views import PORT, cluster, host, to, view
from libs.routediff.values import Surroundings
from libs.routing.call import Call, call_from_fields
from libs.routing.decision import Decision
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources

CLUSTERS = [cluster("a"), cluster("b"), cluster("c")]
CALL = call_from_fields({"port": PORT, "host": "any.example"})
_PATHS = st.sampled_from(["/", "/a", "/a/", "/a/b", "/b", "/A"])
_VALUES = st.sampled_from(["", "1", "12", "x"])


@st.composite
def _matches(draw: st.DrawFn) -> rc.RouteMatch:
    kind = draw(st.sampled_from(["prefix", "path", "path_separated_prefix", "safe_regex"]))
    match = rc.RouteMatch()
    if kind == "safe_regex":
        match.safe_regex.regex = draw(
            st.sampled_from(["/[ab]+", "/a.*", ".*", "/(a|b)/b", "(?i)/a"])
        )
    elif kind == "path_separated_prefix":
        match.path_separated_prefix = draw(st.sampled_from(["/a", "/a/b"]))
    else:
        setattr(match, kind, draw(_PATHS))
    if kind in ("prefix", "path") and draw(st.booleans()):
        match.case_sensitive.value = False
    if draw(st.booleans()):
        one = match.headers.add(name="x")
        form = draw(st.sampled_from(["exact", "prefix", "present", "regex"]))
        if form == "present":
            one.present_match = draw(st.booleans())
        elif form == "regex":
            one.string_match.safe_regex.regex = draw(st.sampled_from(["1+2?", ".*", "x|1"]))
        else:
            setattr(one.string_match, form, draw(_VALUES) or "1")
        one.invert_match = draw(st.booleans())
        one.treat_missing_header_as_empty = draw(st.booleans())
    if draw(st.integers(0, 3)) == 0:
        match.headers.add(name=":method").string_match.exact = draw(st.sampled_from(["GET", "PUT"]))
    if draw(st.integers(0, 3)) == 0:
        query = match.query_parameters.add(name="q")
        if draw(st.booleans()):
            query.string_match.exact = draw(_VALUES) or "1"
        else:
            query.present_match = draw(st.booleans())
    return match


@st.composite
def _routes(draw: st.DrawFn) -> rc.Route:
    route = rc.Route(match=draw(_matches()))
    kind = draw(st.integers(0, 5))
    if kind == 0:
        route.redirect.prefix_rewrite = draw(st.sampled_from(["/", "/a", "/b"]))
    elif kind == 1:
        route.direct_response.status = draw(st.sampled_from([200, 404]))
    else:
        route.route.cluster = draw(st.sampled_from(["a", "b", "c"]))
        if draw(st.integers(0, 2)) == 0:
            route.route.prefix_rewrite = draw(st.sampled_from(["/", "/a", "/a/", "/b"]))
        if draw(st.integers(0, 3)) == 0:
            route.route.timeout.seconds = draw(st.integers(1, 2))
    return route


def _compared(old: Resources, new: Resources, effort: int = 50_000) -> list[Found | Gap]:
    manager = hcm_pb2.HttpConnectionManager()
    manager.rds.route_config_name = "routes"
    before, after = (Side(one, Upstreams(one), manager) for one in (old, new))
    changed = {name for name in "abc" if before.upstreams.of(name) != after.upstreams.of(name)}
    return list(Requests(CALL, before, after, frozenset(changed), Effort(effort)).differences())


def _calls(space: Comparable) -> Iterator[tuple[Box, Call]]:
    """Make a call for every combination of parts."""
    for numbers in product(*(range(one.size) for one in space.dimensions.values())):
        parts = {key: 1 << number for key, number in zip(space.dimensions, numbers, strict=True)}
        box = Box(parts, None, None)
        yield box, space.example(box, CALL)


def _told(decision: Decision) -> Any:
    """Reduce an answer to what client and upstream notice; no route is an empty 404."""
    if decision.error is not None:
        return 404, "", None
    action = decision.action
    if action is not None and action.direct_response is not None:
        return action.direct_response.status, action.direct_response.body, None
    names = tuple(one.name for one in decision.clusters)
    return names, replace(action, rewrite=None) if action else None, _path(decision)


def _path(decision: Decision) -> Any:
    return decision.action.rewrite if decision.action else None


def _same_path(one: Any, other: Any, call: Call) -> bool:
    """An unchanged path and one that is rewritten to itself are the same."""
    paths = [each[2].path if each[2] is not None else call.path for each in (one, other)]
    return one[:2] == other[:2] and paths[0] == paths[1]


@settings(max_examples=100)
@given(st.lists(_routes(), max_size=4), st.lists(_routes(), max_size=4))
def test_boxes_hold_exactly_the_requests_that_are_answered_differently(
    old: Sequence[rc.Route], new: Sequence[rc.Route]
) -> None:
    """Every combination of parts is asked on both sides; it is in a box when answers differ."""
    before, after = view([host(*old)], CLUSTERS), view([host(*new)], CLUSTERS)
    found = _compared(before, after)
    held = [one for one in found if isinstance(one, Found)]
    scheme, effort = CALL.scheme, Effort()
    space = comparable(written(old, scheme), written(new, scheme), Surroundings(), effort)
    if held:
        space = held[0].space
    assert len(held) == len(found)
    for box, call in _calls(space):
        left, right = _told(evaluate(before, call)), _told(evaluate(after, call))
        holding = [one for one in held if any(_overlap(box, other) for other in one.boxes)]
        assert len(holding) == (not _same_path(left, right, call)), call


def _overlap(one: Box, other: Box) -> bool:
    return all(parts & other.parts[key] for key, parts in one.parts.items())


def test_a_class_has_the_hosts_of_all_that_share_a_virtual_host() -> None:
    """Short and long names of one service are one class."""
    domains = ("a", "a.default")
    old = view([host(to("a"), domains=domains)], CLUSTERS)
    new = view([host(to("b"), domains=domains)], CLUSTERS)
    (found,) = _compared(old, new)
    assert found.hosts == domains


def test_a_condition_that_nobody_understands_leaves_a_gap() -> None:
    """A difference that depends on it is not called one; what lies outside of it still is."""
    strange = to("a")
    strange.match.headers.add(name="x-request-id").string_match.exact = "1"
    found = _compared(view([host(strange, to("b"))], CLUSTERS), view([host(to("b"))], CLUSTERS))
    assert found == [Gap(("*",), "header x-request-id")]


def test_equal_conditions_that_nobody_understands_change_nothing() -> None:
    """The same unknown condition with the same outcome on both sides is no difference."""
    strange = to("a")
    strange.match.headers.add(name="x-request-id").string_match.exact = "1"
    old, new = view([host(strange, to("b"))], CLUSTERS), view([host(strange, to("c"))], CLUSTERS)
    assert [type(one) for one in _compared(old, new)] == [Gap]
    assert _compared(old, old) == []


def test_a_comparison_beyond_the_budget_is_a_gap_of_its_hosts() -> None:
    """One virtual host that cannot be compared says so, and the others are compared."""
    hostile = to("a")
    hostile.match.ClearField("prefix")
    hostile.match.safe_regex.regex = "/(a|b)*a(a|b){18}"
    old = view([host(to("a"), domains=("x",)), host(to("a"), domains=("y",))], CLUSTERS)
    new = view([host(hostile, domains=("x",)), host(to("b"), domains=("y",))], CLUSTERS)
    gap, found = sorted(_compared(old, new, 2_000), key=lambda one: one.hosts)
    assert isinstance(gap, Gap)
    assert isinstance(found, Found)


def test_a_cluster_that_changed_under_its_name_is_seen_behind_equal_routes() -> None:
    """Routes alone do not tell: where a cluster leads counts."""
    old = view([host(to("a"))], [cluster("a")])
    new = view([host(to("a"))], [cluster("a", "10.9.9.9")])
    (found,) = _compared(old, new)
    assert isinstance(found, Found)
    assert found.facets == {"destinations"}
