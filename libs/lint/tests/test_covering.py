"""Conditions compared with what they do to requests, one by one."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.lint.covering import EVERYTHING, Overlap, includes, overlap, takes_everything
from libs.meshapi.matches import StringMatch
from libs.meshapi.virtualservice import HTTPMatchRequest

PATHS = ("/", "/a", "/A", "/a/b", "/ab", "/b")
METHODS = ("GET", "PUT")
HEADERS: tuple[Mapping[str, str], ...] = ({}, {"x": "1"}, {"x": "12"}, {"x": "2"}, {"y": "1"})


@dataclass(frozen=True)
class Request:
    """What the conditions of these tests look at."""

    path: str
    method: str
    headers: Mapping[str, str]
    port: int


REQUESTS = [
    Request(path, method, headers, port)
    for path, method, headers, port in product(PATHS, METHODS, HEADERS, (80, 443))
]


def holds(match: HTTPMatchRequest, request: Request) -> bool:
    """Say whether a request satisfies a match, read plainly from Istio's documentation."""
    uri, path = match.uri, request.path
    if uri is not None and match.ignore_uri_case:
        path = path.lower()
        uri = StringMatch(
            exact=uri.exact.lower() if uri.exact is not None else None,
            prefix=uri.prefix.lower() if uri.prefix is not None else None,
        )
    return (
        (uri is None or text_holds(uri, path))
        and (match.method is None or text_holds(match.method, request.method))
        and (match.port is None or match.port == request.port)
        and all(header_holds(request, name, one) for name, one in match.headers.items())
        and not any(header_holds(request, name, one) for name, one in match.without_headers.items())
    )


def header_holds(request: Request, name: str, match: StringMatch) -> bool:
    """Say whether a header is there with a fitting value."""
    return name in request.headers and text_holds(match, request.headers[name])


def text_holds(match: StringMatch, text: str) -> bool:
    """Say whether a text fits."""
    if match.exact is not None:
        return text == match.exact
    return match.prefix is None or text.startswith(match.prefix)


def texts(*values: str) -> st.SearchStrategy[StringMatch]:
    """Return matches of these values, exact or as prefixes."""
    one = st.sampled_from(values)
    return one.map(lambda text: StringMatch(exact=text)) | one.map(
        lambda text: StringMatch(prefix=text)
    )


HEADER_MATCHES = st.dictionaries(
    st.sampled_from(["x", "y"]), texts("1", "12", "2") | st.just(StringMatch()), max_size=2
)
MATCHES = st.builds(
    HTTPMatchRequest,
    uri=st.none() | texts(*PATHS),
    ignore_uri_case=st.booleans(),
    method=st.none() | texts(*METHODS),
    headers=HEADER_MATCHES,
    without_headers=HEADER_MATCHES,
    port=st.sampled_from([None, 80, 443]),
)


@given(MATCHES, MATCHES)
def test_what_is_included_matches_no_other_request(
    wide: HTTPMatchRequest, narrow: HTTPMatchRequest
) -> None:
    """Every request of an included condition satisfies the including one."""
    if includes(wide, narrow):
        assert [one for one in REQUESTS if holds(narrow, one) and not holds(wide, one)] == []


@given(MATCHES, MATCHES)
def test_what_does_not_overlap_has_no_common_request(
    one: HTTPMatchRequest, other: HTTPMatchRequest
) -> None:
    """No request satisfies two conditions that are said to exclude each other."""
    if overlap(one, other) is Overlap.NO:
        assert [each for each in REQUESTS if holds(one, each) and holds(other, each)] == []


@given(MATCHES, MATCHES)
def test_overlap_has_no_direction(one: HTTPMatchRequest, other: HTTPMatchRequest) -> None:
    """Which of two conditions is asked about first makes no difference."""
    assert overlap(one, other) is overlap(other, one)


@given(MATCHES)
def test_a_condition_includes_itself_and_is_included_in_everything(match: HTTPMatchRequest) -> None:
    """Inclusion is reflexive, and everything is the widest condition."""
    assert includes(match, match)
    assert includes(EVERYTHING, match)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        (HTTPMatchRequest(), True),
        (HTTPMatchRequest(uri=StringMatch(prefix="/")), True),
        (HTTPMatchRequest(uri=StringMatch(regex=".*")), True),
        (HTTPMatchRequest(uri=StringMatch(exact="/")), False),
        (HTTPMatchRequest(uri=StringMatch(prefix="/"), port=80), False),
        (HTTPMatchRequest(uri=StringMatch(prefix="/"), source_labels={"app": "web"}), False),
        (HTTPMatchRequest(gateways=("mesh",)), False),
    ],
    ids=["nothing", "root prefix", "any text", "root", "one port", "one caller", "one gateway"],
)
def test_only_a_match_without_limits_takes_everything(
    match: HTTPMatchRequest,
    expected: bool,  # noqa: FBT001 - a table of answers
) -> None:
    """The forms in which people write "all paths" are one, and any other limit counts."""
    assert takes_everything(match) is expected


def test_a_regular_expression_is_not_guessed_at() -> None:
    """Where only an expression decides, the answer is that nobody knows."""
    by_regex = HTTPMatchRequest(uri=StringMatch(regex="/a+"))
    by_prefix = HTTPMatchRequest(uri=StringMatch(prefix="/a"))
    assert overlap(by_regex, by_prefix) is Overlap.UNKNOWN
    assert overlap(by_regex, by_regex) is Overlap.YES
    assert not includes(by_prefix, by_regex)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (
            HTTPMatchRequest(source_labels={"app": "a"}),
            HTTPMatchRequest(source_labels={"app": "b"}),
        ),
        (HTTPMatchRequest(gateways=("edge",)), HTTPMatchRequest(gateways=("mesh",))),
        (HTTPMatchRequest(source_namespace="a"), HTTPMatchRequest(source_namespace="b")),
    ],
    ids=["labels", "gateways", "namespaces"],
)
def test_matches_for_different_callers_do_not_overlap(
    one: HTTPMatchRequest, other: HTTPMatchRequest
) -> None:
    """Two rules that no one proxy has both of cannot compete."""
    assert overlap(one, other) is Overlap.NO
