"""Conditions of routes as sets of values, one dimension of a call each."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.type.matcher.v3 import regex_pb2, string_pb2

from libs.matchsets import expressions
from libs.matchsets.expressions import Expression
from libs.matchsets.partition import partition
from libs.matchsets.syntax import SyntaxUnsupportedError, regex
from libs.routing.conditions import percent


class Aspect(StrEnum):
    """What of a call a dimension is about."""

    PATH = "path"
    METHOD = "method"
    HOST = "host"
    HEADER = "header"
    QUERY = "query parameter"
    CALLER = "caller"
    ADDRESS = "address"
    UNKNOWN = "condition that is not understood"


@dataclass(frozen=True, slots=True, order=True)
class Dimension:
    """One independent property of a call; `name` is a header's or parameter's, else empty."""

    aspect: Aspect
    name: str = ""


@dataclass(frozen=True, slots=True)
class Predicate:
    """A set of values. `language` None is every text.

    `inverted` takes the values outside of the language instead; `absent` says whether a call
    without the header or parameter is in the set. `words` reads as "<dimension> <words>", `noun`
    stands alone: a single value, or paths as a pattern with a star; empty where neither will do.
    """

    language: Expression | None
    words: str
    inverted: bool = False
    absent: bool = False
    noun: str = ""


PATH: Final = Dimension(Aspect.PATH)
_OWN_HEADERS = frozenset({"x-request-id", "x-forwarded-for", "x-forwarded-proto", "via"})
_PSEUDO = {":method": Dimension(Aspect.METHOD), ":authority": Dimension(Aspect.HOST)}
_PSEUDO["host"] = _PSEUDO[":authority"]
_TEXT_KINDS: Mapping[str, tuple[Callable[..., Expression], str]] = {
    "exact": (expressions.exact, "is"),
    "prefix": (expressions.prefix, "begins with"),
    "suffix": (expressions.suffix, "ends with"),
    "contains": (expressions.containing, "contains"),
}
_PATH_KINDS: Mapping[str, tuple[Callable[..., Expression], str, str]] = {
    "path": (expressions.exact, "is", "{}"),
    "prefix": (expressions.prefix, "begins with", "{}*"),
    "path_separated_prefix": (expressions.segments_under, "is or is under", "{0} and {0}/*"),
}
_HEADER_KINDS = {
    "exact_match": "exact",
    "prefix_match": "prefix",
    "suffix_match": "suffix",
    "contains_match": "contains",
}
_MATCH_FIELDS = frozenset(
    {
        *_PATH_KINDS,
        "safe_regex",
        "case_sensitive",
        "headers",
        "query_parameters",
        "runtime_fraction",
        "grpc",
    }
)
_ALWAYS_PERCENT = 100.0
_NEVER = Predicate(expressions.NOTHING, "is nothing at all")


def conditions(match: rc.RouteMatch, scheme: str) -> tuple[tuple[Dimension, Predicate], ...]:
    """Return all conditions of a route for calls of a scheme; all of them have to hold.

    One that is not understood is a dimension of its own, equal for equal conditions.
    """
    found = [_path_orunknown_condition(match)]
    found += [header_condition(one, scheme) for one in match.headers]
    found += [_query(one) for one in match.query_parameters]
    if match.HasField("grpc"):
        found.append((Dimension(Aspect.HEADER, "content-type"), _GRPC))
    if match.HasField("runtime_fraction"):
        share = percent(match.runtime_fraction.default_value)
        if share == 0:
            found.append((PATH, _NEVER))
        elif share < _ALWAYS_PERCENT:
            text = f"runtime_fraction of {share:g} percent"
            found.append(unknown_condition(text, match.runtime_fraction.SerializeToString()))
    for field, _ in match.ListFields():
        if field.name not in _MATCH_FIELDS:
            found.append(unknown_condition(f"match.{field.name}", match.SerializeToString()))
    return tuple(found)


_GRPC = Predicate(
    expressions.Choice(
        (expressions.exact("application/grpc"), expressions.prefix("application/grpc+"))
    ),
    "is that of gRPC",
)


def unknown_condition(text: str, key: bytes) -> tuple[Dimension, Predicate]:
    """Return a condition that nobody understands, as a dimension of its own."""
    return Dimension(Aspect.UNKNOWN, f"{text} {key.hex()}"), Predicate(None, text)


def _path_orunknown_condition(match: rc.RouteMatch) -> tuple[Dimension, Predicate]:
    try:
        return PATH, _path(match)
    except SyntaxUnsupportedError as error:
        return unknown_condition(str(error), match.safe_regex.SerializeToString())


def _path(match: rc.RouteMatch) -> Predicate:
    kind = match.WhichOneof("path_specifier")
    if kind == "safe_regex":
        return _pattern(match.safe_regex)
    if kind not in _PATH_KINDS:
        return Predicate(expressions.ANYTHING, "is anything")
    make, verb, form = _PATH_KINDS[kind]
    text = getattr(match, kind)
    folds = match.HasField("case_sensitive") and not match.case_sensitive.value
    noun = form.format(text) + _in_any_case(folds)
    language = make(text, ignore_case=folds)
    return Predicate(language, f"{verb} {text}{_in_any_case(folds)}", noun=noun)


def _in_any_case(folds: bool) -> str:  # noqa: FBT001 - reads as a word where it is used
    return " in any case" if folds else ""


def _pattern(matcher: regex_pb2.RegexMatcher) -> Predicate:
    """Read a regular expression. Raises SyntaxUnsupportedError."""
    return Predicate(regex(matcher.regex), f"matches {matcher.regex}")


def header_condition(matcher: rc.HeaderMatcher, scheme: str) -> tuple[Dimension, Predicate]:
    """Return a condition on a header for calls of a scheme."""
    name = matcher.name.lower()
    try:
        predicate = _header_value(matcher)
    except SyntaxUnsupportedError as error:
        return unknown_condition(str(error), matcher.SerializeToString())
    if name == ":scheme":
        held = (_has(predicate.language, scheme)) != predicate.inverted
        return PATH, Predicate(expressions.ANYTHING, "is anything") if held else _NEVER
    if name == ":path" or name in _OWN_HEADERS or name.startswith("x-envoy-"):
        return unknown_condition(f"header {name}", matcher.SerializeToString())
    return _PSEUDO.get(name, Dimension(Aspect.HEADER, name)), predicate


def _has(language: Expression | None, text: str) -> bool:
    """Say whether a text is in a language."""
    if language is None:
        return True
    return any(0 in part.inside for part in partition([language], expressions.exact(text)))


def _header_value(matcher: rc.HeaderMatcher) -> Predicate:
    """Read a condition on a header.

    A missing one fits no condition on its value, unless it is to be read as empty.
    """
    kind = matcher.WhichOneof("header_match_specifier")
    if kind in (None, "present_match"):
        present = (matcher.present_match if kind else True) != matcher.invert_match
        words = "is there" if present else "is missing"
        return Predicate(None, words, inverted=not present, absent=not present)
    if kind == "string_match":
        found = text_condition(matcher.string_match)
    elif kind == "safe_regex_match":
        found = _pattern(matcher.safe_regex_match)
    elif kind in _HEADER_KINDS:
        found = _compared(_HEADER_KINDS[kind], getattr(matcher, kind))
    else:
        raise SyntaxUnsupportedError(f"header_matcher.{kind}")
    absent = matcher.treat_missing_header_as_empty and (
        _has(found.language, "") != matcher.invert_match
    )
    if not matcher.invert_match:
        return replace(found, absent=absent)
    words = f"not: {found.words}"
    return Predicate(found.language, words, inverted=True, absent=absent)


def _query(matcher: rc.QueryParameterMatcher) -> tuple[Dimension, Predicate]:
    dimension = Dimension(Aspect.QUERY, matcher.name)
    if matcher.HasField("present_match"):
        present = matcher.present_match
        words = "is there" if present else "is missing"
        return dimension, Predicate(None, words, inverted=not present, absent=not present)
    if not matcher.HasField("string_match"):
        return dimension, Predicate(None, "is there")
    try:
        return dimension, text_condition(matcher.string_match)
    except SyntaxUnsupportedError as error:
        return unknown_condition(str(error), matcher.SerializeToString())


def text_condition(matcher: string_pb2.StringMatcher) -> Predicate:
    """Read a comparison of a text. Raises SyntaxUnsupportedError for an unknown kind."""
    kind = matcher.WhichOneof("match_pattern")
    if kind == "safe_regex":
        return _pattern(matcher.safe_regex)
    if kind not in _TEXT_KINDS:
        raise SyntaxUnsupportedError(f"string_match.{kind}")
    return _compared(kind, getattr(matcher, kind), ignore_case=matcher.ignore_case)


def _compared(kind: str, text: str, *, ignore_case: bool = False) -> Predicate:
    """Return the values that compare in a way with a text. Only a single value is a noun."""
    make, verb = _TEXT_KINDS[kind]
    language = make(text, ignore_case=ignore_case)
    noun = text if kind == "exact" and not ignore_case else ""
    return Predicate(language, f"{verb} {text}{_in_any_case(ignore_case)}", noun=noun)
