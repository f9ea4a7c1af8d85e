"""Matchers of text, headers, query parameters and paths."""

import re

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.type.matcher.v3 import regex_pb2, string_pb2

from libs.meshapi.matches import StringMatch


def quoted(text: str) -> str:
    """Escape a text for RE2, which takes a backslash before every mark."""
    return re.sub(r"([^\w])", r"\\\1", text, flags=re.ASCII)


def regex(pattern: str) -> regex_pb2.RegexMatcher:
    """Return an RE2 pattern that has to match the whole text."""
    return regex_pb2.RegexMatcher(regex=pattern)


def text(match: StringMatch) -> string_pb2.StringMatcher | None:
    """Return the matcher of a text, None when only presence is asked for."""
    if match.exact is not None:
        return string_pb2.StringMatcher(exact=match.exact) if match.exact else None
    if match.prefix is not None:
        return string_pb2.StringMatcher(prefix=match.prefix) if match.prefix else None
    if match.regex is not None:
        return string_pb2.StringMatcher(safe_regex=regex(match.regex))
    return None


def header(name: str, match: StringMatch) -> rc.HeaderMatcher:
    """Return a condition that a header is there and fits; nothing to fit means presence."""
    matcher = text(match)
    if matcher is None or match.regex == ".*":
        return rc.HeaderMatcher(name=name, present_match=True)
    return rc.HeaderMatcher(name=name, string_match=matcher)


def without_header(name: str, match: StringMatch) -> rc.HeaderMatcher:
    """Return the opposite condition: the header is absent or does not fit.

    Envoy skips a missing header even under inversion, unless it is told to read it as empty.
    """
    matcher = header(name, match)
    matcher.invert_match = True
    if matcher.HasField("string_match"):
        matcher.treat_missing_header_as_empty = True
    return matcher


def query_parameter(name: str, match: StringMatch) -> rc.QueryParameterMatcher:
    """Return a condition on a query parameter; nothing to fit means presence."""
    matcher = text(match)
    if matcher is None:
        return rc.QueryParameterMatcher(name=name, present_match=True)
    return rc.QueryParameterMatcher(name=name, string_match=matcher)


def path(match: StringMatch | None, *, ignore_case: bool = False) -> rc.RouteMatch:
    """Return a condition on the path without its query; no match means every path."""
    route_match = rc.RouteMatch()
    if match is not None and match.exact is not None:
        route_match.path = match.exact
    elif match is not None and match.regex is not None:
        route_match.safe_regex.CopyFrom(regex(match.regex))
    else:
        route_match.prefix = (match.prefix if match is not None else None) or "/"
    if ignore_case:
        route_match.case_sensitive.value = False
    return route_match


def matches_everything(route_match: rc.RouteMatch) -> bool:
    """Say whether no request can get past a route with this condition."""
    asked = (route_match.headers, route_match.query_parameters, route_match.dynamic_metadata)
    unconditional = not any(asked)
    every_path = route_match.prefix == "/" or route_match.safe_regex.regex == ".*"
    return unconditional and every_path
