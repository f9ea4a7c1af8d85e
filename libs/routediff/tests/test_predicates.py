"""Conditions of routes as sets."""

import pytest
from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.matchsets.expressions import NOTHING
from libs.routediff.predicates import PATH, Aspect, Dimension, conditions


def _header(name: str, **more: object) -> rc.RouteMatch:
    match = rc.RouteMatch(prefix="/")
    match.headers.add(name=name, **more)
    return match


def test_each_condition_is_about_one_dimension() -> None:
    """Pseudo headers are dimensions of their own, names of headers have no case."""
    match = rc.RouteMatch(prefix="/a")
    for name in (":method", ":authority", "X-One"):
        match.headers.add(name=name).string_match.exact = "v"
    match.query_parameters.add(name="q").present_match = True
    assert [dimension for dimension, _ in conditions(match, "http")] == [
        PATH,
        Dimension(Aspect.METHOD),
        Dimension(Aspect.HOST),
        Dimension(Aspect.HEADER, "x-one"),
        Dimension(Aspect.QUERY, "q"),
    ]


@pytest.mark.parametrize(
    "match",
    [
        _header("x-request-id", present_match=True),
        _header("x-envoy-internal", present_match=True),
        _header(":path", present_match=True),
        _header("x", range_match={"start": 1, "end": 2}),
        rc.RouteMatch(prefix="/", dynamic_metadata=[{"filter": "f"}]),
        rc.RouteMatch(connect_matcher={}),
        rc.RouteMatch(safe_regex={"regex": "/a\\b"}),
        rc.RouteMatch(prefix="/", runtime_fraction={"default_value": {"numerator": 5}}),
    ],
)
def test_what_is_not_understood_is_a_dimension_of_its_own(match: rc.RouteMatch) -> None:
    """Equal conditions are one dimension, so that equal routes stay equal."""
    (unknown,) = [one for one, _ in conditions(match, "http") if one.aspect is Aspect.UNKNOWN]
    assert unknown in [one for one, _ in conditions(match, "http")]


@pytest.mark.parametrize(("scheme", "holds"), [("http", False), ("https", True)])
def test_the_scheme_is_known_from_the_connection(scheme: str, *, holds: bool) -> None:
    """A condition on another scheme makes a route that nothing reaches."""
    match = rc.RouteMatch(prefix="/")
    match.headers.add(name=":scheme").string_match.exact = "https"
    languages = [predicate.language for _, predicate in conditions(match, scheme)]
    assert (NOTHING not in languages) == holds


def test_a_missing_header_fits_only_what_takes_it_as_empty() -> None:
    """Even an inverted condition is not met by nothing."""
    (_, plain), (_, inverted), (_, empty) = (
        conditions(_header("x", exact_match="1", **more), "http")[1]
        for more in (
            {},
            {"invert_match": True},
            {"invert_match": True, "treat_missing_header_as_empty": True},
        )
    )
    assert (plain.absent, inverted.absent, empty.absent) == (False, False, True)
