"""Conditions of HTTP rules as sets of requests: does one include another, can both hold?"""

from collections.abc import Iterator, Mapping
from enum import Enum

from libs.meshapi.matches import StringMatch
from libs.meshapi.virtualservice import HTTPMatchRequest

EVERYTHING = HTTPMatchRequest()
"""What a rule without any match has."""

_ALL_PATHS = StringMatch(prefix="/")
_ANY_TEXT = StringMatch()
_REGEXES_FOR_ALL_PATHS = (".*", "/.*")


class Overlap(Enum):
    """Whether some request satisfies both of two conditions."""

    NO = "no"
    YES = "yes"
    UNKNOWN = "unknown"
    """a regular expression decides"""


def path_of(match: HTTPMatchRequest) -> StringMatch:
    """Return the condition on the path; all paths where there is none or it excludes nothing."""
    uri = match.uri
    if uri is None or uri == _ANY_TEXT or uri.regex in _REGEXES_FOR_ALL_PATHS:
        return _ALL_PATHS
    return _lower(uri) if match.ignore_uri_case else uri


def takes_everything(match: HTTPMatchRequest) -> bool:
    """Say whether a match holds for every request, wherever it comes from."""
    return includes(match, EVERYTHING)


def includes(wide: HTTPMatchRequest, narrow: HTTPMatchRequest) -> bool:
    """Say whether every request of `narrow` is one of `wide`, as far as that can be told."""
    return (
        _path_includes(wide, narrow)
        and all(_text_includes(a, b) for a, b in _pairs(wide, narrow))
        and _named_include(wide.headers, narrow.headers)
        and _named_include(wide.query_params, narrow.query_params)
        and _named_include(narrow.without_headers, wide.without_headers, backwards=True)
        and wide.port in (None, narrow.port)
        and wide.source_namespace in ("", narrow.source_namespace)
        and wide.source_labels.items() <= narrow.source_labels.items()
        and _gateways_include(wide.gateways, narrow.gateways)
    )


def overlap(one: HTTPMatchRequest, other: HTTPMatchRequest) -> Overlap:
    """Say whether a request can satisfy both."""
    found = {
        *_path_overlap(one, other),
        *(_text_overlap(a, b) for a, b in _pairs(one, other) if a is not None and b is not None),
        *_named_overlap(one.headers, other.headers),
        *_named_overlap(one.query_params, other.query_params),
    }
    if Overlap.NO in found or _exclude_each_other(one, other) or _apart(one, other):
        return Overlap.NO
    return Overlap.UNKNOWN if Overlap.UNKNOWN in found else Overlap.YES


def _lower(text: StringMatch) -> StringMatch:
    return StringMatch(
        exact=text.exact.lower() if text.exact is not None else None,
        prefix=text.prefix.lower() if text.prefix is not None else None,
        regex=text.regex,
    )


def _path_includes(wide: HTTPMatchRequest, narrow: HTTPMatchRequest) -> bool:
    if path_of(wide) == _ALL_PATHS:
        return True
    if wide.ignore_uri_case:
        return _text_includes(path_of(wide), _lower(path_of(narrow)))
    return not narrow.ignore_uri_case and _text_includes(path_of(wide), path_of(narrow))


def _path_overlap(one: HTTPMatchRequest, other: HTTPMatchRequest) -> Iterator[Overlap]:
    first, second = path_of(one), path_of(other)
    if one.ignore_uri_case or other.ignore_uri_case:
        first, second = _lower(first), _lower(second)
    if _ALL_PATHS not in (first, second):
        yield _text_overlap(first, second)


def _pairs(
    one: HTTPMatchRequest, other: HTTPMatchRequest
) -> Iterator[tuple[StringMatch | None, StringMatch | None]]:
    yield one.method, other.method
    yield one.authority, other.authority
    yield one.scheme, other.scheme


def _text_includes(wide: StringMatch | None, narrow: StringMatch | None) -> bool:
    if wide is None or wide == narrow:
        return True
    if narrow is None:
        return False
    if wide == _ANY_TEXT:
        return True
    if wide.prefix is None:
        return False
    text = narrow.exact if narrow.exact is not None else narrow.prefix
    return text is not None and text.startswith(wide.prefix)


def _text_overlap(one: StringMatch, other: StringMatch) -> Overlap:
    if _text_includes(one, other) or _text_includes(other, one):
        return Overlap.YES
    if one.regex is not None or other.regex is not None:
        return Overlap.UNKNOWN
    return Overlap.NO


def _named_include(
    wide: Mapping[str, StringMatch], narrow: Mapping[str, StringMatch], *, backwards: bool = False
) -> bool:
    """Every condition of `wide` follows from one of `narrow` on the same name.

    `backwards` is for conditions that must not hold: the other mapping is the one to follow from.
    """
    if backwards:
        return all(
            name in wide and _text_includes(wide[name], text) for name, text in narrow.items()
        )
    return all(name in narrow and _text_includes(text, narrow[name]) for name, text in wide.items())


def _gateways_include(wide: tuple[str, ...], narrow: tuple[str, ...]) -> bool:
    return not wide or (bool(narrow) and set(narrow) <= set(wide))


def _named_overlap(
    one: Mapping[str, StringMatch], other: Mapping[str, StringMatch]
) -> Iterator[Overlap]:
    for name in one.keys() & other.keys():
        yield _text_overlap(one[name], other[name])


def _exclude_each_other(one: HTTPMatchRequest, other: HTTPMatchRequest) -> bool:
    """One wants a header that the other must not have."""
    return any(
        name in excluding.without_headers
        and _text_includes(excluding.without_headers[name], wanted)
        for wanting, excluding in ((one, other), (other, one))
        for name, wanted in wanting.headers.items()
    )


def _apart(one: HTTPMatchRequest, other: HTTPMatchRequest) -> bool:
    """They never apply at the same port, gateway or caller."""
    ports = {one.port, other.port} - {None}
    namespaces = {one.source_namespace, other.source_namespace} - {""}
    labels = any(
        other.source_labels.get(name, value) != value for name, value in one.source_labels.items()
    )
    gateways = bool(one.gateways and other.gateways) and not set(one.gateways) & set(other.gateways)
    return len(ports) > 1 or len(namespaces) > 1 or labels or gateways
