"""Conditions on what filters noted about a call."""

from collections.abc import Mapping
from typing import Any

from protogen.envoy.type.matcher.v3 import metadata_pb2, value_pb2

from libs.routing import texts
from libs.routing.outcome import UndecidedError, understood

Noted = Mapping[str, Mapping[str, Any]]
"""What filters noted, by the name of the filter and a key."""


def noted_holds(matcher: metadata_pb2.MetadataMatcher, noted: Noted) -> bool:
    """Say whether what was noted fits."""
    understood(matcher, ("filter", "path", "value", "invert"), "metadata_matcher")
    found: Any = noted.get(matcher.filter, {})
    for one in matcher.path:
        found = found.get(one.key) if isinstance(found, Mapping) else None
    return fits(matcher.value, found) != matcher.invert


def fits(matcher: value_pb2.ValueMatcher, value: Any) -> bool:
    """Say whether a value fits; what is not there fits nothing but its absence."""
    kind = matcher.WhichOneof("match_pattern")
    if kind == "string_match":
        return isinstance(value, str) and texts.matches(matcher.string_match, value)
    if kind == "or_match":
        return any(fits(one, value) for one in matcher.or_match.value_matchers)
    if kind == "list_match":
        wanted = matcher.list_match.one_of
        return isinstance(value, list) and any(fits(wanted, one) for one in value)
    if kind == "present_match":
        return (value is not None) == matcher.present_match
    if kind == "bool_match":
        return value is matcher.bool_match
    raise UndecidedError(f"value_matcher.{kind}")
