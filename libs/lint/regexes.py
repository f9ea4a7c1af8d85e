"""Regular expressions of rules and limits, read by the engine that Envoy reads them with."""

from collections.abc import Iterator
from functools import lru_cache

import re2  # type: ignore[import-untyped]  # the wheel has no annotations

from libs.desired.finding import Finding
from libs.envoy.bootstrap import REGEX_PROGRAM_INSTRUCTIONS_MAX
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.interface import each
from libs.lint.subject import Path, Subject, report
from libs.meshapi.matches import StringMatch
from libs.meshapi.ratelimit import RateLimit
from libs.meshapi.virtualservice import HTTPMatchRequest, VirtualService

_OPTIONS = re2.Options()
_OPTIONS.log_errors = False  # the engine would write to standard error by itself


def check(_view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Find patterns of HTTP matches for which Envoy would refuse a whole route configuration."""
    for index, rule in enumerate(one.object.spec.http):
        for number, match in enumerate(rule.match):
            at: Path = ("spec", "http", index, "match", number)
            for path, pattern in _patterns(match):
                complaint = _complaint(pattern)
                if complaint:
                    yield report(rules.REGEX, one, (*at, *path), complaint)


def check_limits(_view: ClusterView, one: Subject[RateLimit]) -> Iterator[Finding]:
    """Find patterns of rate limits for which Envoy would refuse a whole listener."""
    for index, limit in enumerate(one.object.spec.limits):
        match = limit.match
        texts: list[tuple[Path, StringMatch]] = [
            *((("paths", at), text) for at, text in enumerate(match.paths)),
            *((("hosts", at), text) for at, text in enumerate(match.hosts)),
            *((("headers", name), text) for name, text in match.headers.items()),
            *((("withoutHeaders", name), text) for name, text in match.without_headers.items()),
        ]
        for path, text in texts:
            complaint = _complaint(text.regex) if text.regex is not None else ""
            if complaint:
                here = ("spec", "limits", index, "match", *path, "regex")
                yield report(rules.REGEX, one, here, complaint)


CHECKS = (each(VirtualService, check), each(RateLimit, check_limits))


def _patterns(match: HTTPMatchRequest) -> Iterator[tuple[Path, str]]:
    """Return where in a match a pattern stands, and the pattern."""
    for name in ("uri", "scheme", "method", "authority"):
        text = getattr(match, name)
        if text is not None and text.regex is not None:
            yield (name, "regex"), text.regex
    maps = {
        "headers": match.headers,
        "withoutHeaders": match.without_headers,
        "queryParams": match.query_params,
    }
    for name, texts in maps.items():
        for key, text in texts.items():
            if text.regex is not None:
                yield (name, key, "regex"), text.regex


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
