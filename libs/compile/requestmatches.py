"""Conditions on a request as conditions on its headers, path and host included."""

from collections.abc import Sequence

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.envoy import matchers
from libs.meshapi.matches import StringMatch
from libs.meshapi.ratelimit import RequestMatch

_PATH, _HOST, _METHOD = ":path", ":authority", ":method"
_QUERY = r"(?:\?.*)?"
_PORT = r"(?::[0-9]+)?"
_ANYTHING = r"(?s:.*)"


def conditions(match: RequestMatch) -> list[rc.HeaderMatcher]:
    """Return what has to hold together; nothing where every request is meant."""
    found: list[rc.HeaderMatcher] = []
    if match.paths:
        found.append(_any(_PATH, [_pattern(one, _QUERY) for one in match.paths]))
    if match.methods:
        found.append(_any(_METHOD, [matchers.quoted(one) for one in match.methods]))
    if match.hosts:
        found.append(_any(_HOST, [f"(?i:{_pattern(one, _PORT)})" for one in match.hosts]))
    found += [matchers.header(name, one) for name, one in match.headers.items()]
    found += [matchers.without_header(name, one) for name, one in match.without_headers.items()]
    return found


def header_is(name: str, value: str) -> rc.HeaderMatcher:
    """Return the condition that a header has exactly this value."""
    return matchers.header(name, StringMatch(exact=value))


def parameter_is(name: str, value: str) -> rc.HeaderMatcher:
    """Return the condition that a query parameter has this value as it is written in the path."""
    pattern = rf"[^?]*\?(?:.*&)?{matchers.quoted(name)}={matchers.quoted(value)}(?:&.*)?"
    return matchers.header(_PATH, StringMatch(regex=pattern))


def _any(name: str, patterns: Sequence[str]) -> rc.HeaderMatcher:
    return matchers.header(name, StringMatch(regex="|".join(f"(?:{one})" for one in patterns)))


def _pattern(match: StringMatch, rest: str) -> str:
    """Return a pattern of the whole text; `rest` may follow what is exact."""
    if match.exact is not None:
        return f"{matchers.quoted(match.exact)}{rest}"
    if match.prefix is not None:
        return f"{matchers.quoted(match.prefix)}{_ANYTHING}"
    return f"(?:{match.regex or ''}){rest}"
