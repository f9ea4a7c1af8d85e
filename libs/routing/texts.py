"""Matchers of text, and regular expressions as Envoy's own engine reads them."""

from functools import lru_cache
from typing import Any

import re2  # type: ignore[import-untyped]  # the wheel has no annotations
from protogen.envoy.type.matcher.v3 import regex_pb2, string_pb2

from libs.routing.outcome import UndecidedError, understood

_STRING = frozenset({"exact", "prefix", "suffix", "safe_regex", "contains", "ignore_case"})


def matches(matcher: string_pb2.StringMatcher, text: str) -> bool:
    """Say whether a text fits. A regex covers the whole of it, and always minds the case."""
    understood(matcher, _STRING, "string_match")
    kind = matcher.WhichOneof("match_pattern")
    if kind == "safe_regex":
        return covers(matcher.safe_regex, text)
    if kind is None:
        raise UndecidedError("string_match without a pattern")
    pattern: str = getattr(matcher, kind)
    if matcher.ignore_case:
        pattern, text = pattern.lower(), text.lower()
    if kind == "exact":
        return text == pattern
    if kind == "prefix":
        return text.startswith(pattern)
    return text.endswith(pattern) if kind == "suffix" else pattern in text


def covers(matcher: regex_pb2.RegexMatcher, text: str) -> bool:
    """Say whether a pattern matches the whole text."""
    understood(matcher, ("google_re2", "regex"), "safe_regex")
    return engine(matcher.regex).fullmatch(text) is not None


@lru_cache(maxsize=4096)
def engine(pattern: str) -> Any:
    """Return a compiled RE2 pattern. Raises UndecidedError for one that Envoy would refuse."""
    try:
        return re2.compile(pattern)
    except re2.error as error:
        raise UndecidedError(f"regex {pattern}") from error


def substitute(matcher: regex_pb2.RegexMatcher, substitution: str, text: str) -> str:
    r"""Replace every match; `\1` in the substitution is the first group, `\0` the whole match.

    An empty match right behind another match does not count, as RE2 has it.
    """
    understood(matcher, ("google_re2", "regex"), "safe_regex")
    pattern, done, at, last = engine(matcher.regex), "", 0, -1
    while at <= len(text):
        found = pattern.search(text, at)
        if found is None:
            break
        start, end = found.span()
        done += text[at:start]
        if start == end == last:
            done, at = done + text[start : start + 1], start + 1
            continue
        done, at, last = done + _expanded(substitution, found), end, end
    return done + text[at:]


def _expanded(substitution: str, found: Any) -> str:
    parts, letters = [], iter(substitution)
    for letter in letters:
        follows = next(letters, "") if letter == "\\" else ""
        if letter != "\\":
            parts.append(letter)
        elif follows.isdigit():
            parts.append(found.group(int(follows)) or "")
        elif follows == "\\":
            parts.append("\\")
        else:
            raise UndecidedError(f"substitution {substitution}")
    return "".join(parts)
