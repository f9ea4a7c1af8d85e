"""Conditions of routes."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.routing import conditions
from libs.routing.outcome import UndecidedError
from libs.routing.request import Request

_REQUEST = Request(
    "/A/b?q=1&q=2&empty",
    "host",
    {":method": "GET", ":authority": "host", "x-a": "7", "content-type": "application/grpc+proto"},
)


@pytest.mark.parametrize(
    ("match", "holds"),
    [
        ({"prefix": "/A"}, True),
        ({"prefix": "/a"}, False),
        ({"prefix": "/a", "case_sensitive": False}, True),
        ({"path": "/A/b"}, True),
        ({"path": "/A"}, False),
        ({"path_separated_prefix": "/A"}, True),
        ({"path_separated_prefix": "/A/"}, False),
        ({"safe_regex": {"regex": "/A/."}}, True),
        ({"safe_regex": {"regex": "/A"}}, False),
        ({"prefix": "/", "grpc": {}}, True),
        ({"prefix": "/", "runtime_fraction": {"default_value": {"numerator": 100}}}, True),
        ({"prefix": "/", "runtime_fraction": {"default_value": {"numerator": 0}}}, False),
    ],
)
def test_paths_hold(match: dict[str, Any], *, holds: bool) -> None:
    """The query is no part of the path; a regex covers all of it."""
    assert conditions.holds(ParseDict(match, rc.RouteMatch()), _REQUEST) is holds


@pytest.mark.parametrize(
    ("matcher", "holds"),
    [
        ({"name": "x-a"}, True),
        ({"name": "X-A", "present_match": True}, True),
        ({"name": "x-a", "present_match": False}, False),
        ({"name": "x-b", "present_match": True, "invert_match": True}, True),
        ({"name": "x-a", "string_match": {"exact": "7"}}, True),
        ({"name": "x-a", "string_match": {"exact": "8"}, "invert_match": True}, True),
        ({"name": "x-b", "string_match": {"exact": "8"}, "invert_match": True}, False),
        (
            {
                "name": "x-b",
                "string_match": {"exact": "8"},
                "invert_match": True,
                "treat_missing_header_as_empty": True,
            },
            True,
        ),
        ({"name": "x-a", "range_match": {"start": 7, "end": 8}}, True),
        ({"name": "x-a", "range_match": {"start": 1, "end": 7}}, False),
        ({"name": "host", "string_match": {"prefix": "ho"}}, True),
        ({"name": ":method", "string_match": {"exact": "GET"}}, True),
    ],
)
def test_headers_hold(matcher: dict[str, Any], *, holds: bool) -> None:
    """A missing header fits no condition on its value, not even an inverted one."""
    assert conditions.header_holds(ParseDict(matcher, rc.HeaderMatcher()), _REQUEST) is holds


@pytest.mark.parametrize(
    ("matcher", "holds"),
    [
        ({"name": "q"}, True),
        ({"name": "q", "present_match": True}, True),
        ({"name": "r", "present_match": False}, True),
        ({"name": "q", "string_match": {"exact": "1"}}, True),
        ({"name": "q", "string_match": {"exact": "2"}}, False),
        ({"name": "empty", "string_match": {"exact": ""}}, True),
    ],
)
def test_query_parameters_hold(matcher: dict[str, Any], *, holds: bool) -> None:
    """The first value of a parameter counts."""
    found = conditions.query_holds(ParseDict(matcher, rc.QueryParameterMatcher()), _REQUEST)
    assert found is holds


@pytest.mark.parametrize(
    ("match", "name"),
    [
        ({"prefix": "/", "runtime_fraction": {"default_value": {"numerator": 5}}}, "5 percent"),
        ({"prefix": "/", "tls_context": {}}, "match.tls_context"),
        ({"connect_matcher": {}}, "match.connect_matcher"),
        ({"prefix": "/", "headers": [{"name": "x-request-id"}]}, "x-request-id"),
    ],
)
def test_what_is_not_understood_is_named(match: dict[str, Any], name: str) -> None:
    """Chance, unknown matchers and headers that Envoy writes itself leave the answer open."""
    with pytest.raises(UndecidedError, match=name):
        conditions.holds(ParseDict(match, rc.RouteMatch()), _REQUEST)


def test_a_condition_that_fails_settles_one_that_is_not_understood() -> None:
    """Whatever an unknown matcher would say, another path is no match."""
    match = ParseDict({"prefix": "/other", "tls_context": {}}, rc.RouteMatch())
    assert not conditions.holds(match, _REQUEST)
