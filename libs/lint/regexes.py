"""Regular expressions of every kind, read by the engine that Envoy reads them with."""

from collections.abc import Iterator, Mapping
from functools import lru_cache

import re2  # type: ignore[import-untyped]  # the wheel has no annotations

from libs.desired.finding import Finding
from libs.envoy.bootstrap import REGEX_PROGRAM_INSTRUCTIONS_MAX
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.base import Model
from libs.meshapi.gatewayapi.grpcroute import GRPCRoute
from libs.meshapi.gatewayapi.httproute import HTTPRoute
from libs.meshapi.matches import StringMatch
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.ratelimit import RateLimit
from libs.meshapi.schema import name_of
from libs.meshapi.virtualservice import RegexRewrite, VirtualService

_PATTERN = "RegularExpression"
_PATTERN_FIELDS = ("value", "service", "method")
_OPTIONS = re2.Options()
_OPTIONS.log_errors = False  # the engine would write to standard error by itself


def check(_view: ClusterView, one: Subject[MeshObject]) -> Iterator[Finding]:
    """Find patterns for which Envoy would refuse a whole route configuration or listener."""
    for path, pattern in patterns(one.object.spec, ("spec",)):  # type: ignore[attr-defined]
        complaint = _complaint(pattern)
        if complaint:
            yield report(rules.REGEX, one, path, complaint)


CHECKS = tuple(each(kind, check) for kind in (VirtualService, RateLimit, HTTPRoute, GRPCRoute))


def patterns(value: object, path: Path) -> Iterator[tuple[Path, str]]:
    """Return every regular expression below a value, with its place.

    One is the `regex` of a match of texts, the `match` of a rewrite, and what a match of the
    Gateway API has beside `type: RegularExpression`.
    """
    if isinstance(value, StringMatch):
        if value.regex is not None:
            yield (*path, "regex"), value.regex
    elif isinstance(value, RegexRewrite):
        yield (*path, "match"), value.match
    elif isinstance(value, Model):
        is_pattern = getattr(value, "type", "") == _PATTERN
        for attribute, info in type(value).model_fields.items():
            inside = getattr(value, attribute)
            below = (*path, name_of(info, attribute))
            if is_pattern and attribute in _PATTERN_FIELDS and isinstance(inside, str):
                yield below, inside
            else:
                yield from patterns(inside, below)
    elif isinstance(value, Mapping):
        for key, inside in value.items():
            yield from patterns(inside, (*path, key))
    elif isinstance(value, tuple):
        for index, inside in enumerate(value):
            yield from patterns(inside, (*path, index))


@lru_cache(maxsize=4096)
def _complaint(pattern: str) -> str:
    """Return what is wrong with a pattern and what to write instead; empty when nothing is."""
    try:
        size = re2.compile(pattern, _OPTIONS).programsize
    except re2.error as error:
        reason = error.args[0] if error.args else error
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        return f"RE2 refuses this pattern: {said}; write it in RE2's syntax"
    if size <= REGEX_PROGRAM_INSTRUCTIONS_MAX:
        return ""
    return (
        f"this pattern needs {size} instructions, and Envoy accepts at most "
        f"{REGEX_PROGRAM_INSTRUCTIONS_MAX}; shorten its repetitions"
    )
