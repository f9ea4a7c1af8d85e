"""Conditions on a request are patterns over its pseudo headers."""

import pytest
import re2  # type: ignore[import-untyped]  # the wheel has no annotations

from libs.compile.requestmatches import conditions, parameter_is
from libs.meshapi.matches import StringMatch
from libs.meshapi.ratelimit import RequestMatch


@pytest.mark.parametrize(
    ("match", "text", "expected"),
    [
        (RequestMatch(paths=(StringMatch(exact="/a.b"),)), "/a.b", True),
        (RequestMatch(paths=(StringMatch(exact="/a.b"),)), "/a.b?c=d", True),
        (RequestMatch(paths=(StringMatch(exact="/a.b"),)), "/aXb", False),
        (RequestMatch(paths=(StringMatch(exact="/a"),)), "/ab", False),
        (RequestMatch(paths=(StringMatch(prefix="/a(b"),)), "/a(bc", True),
        (RequestMatch(paths=(StringMatch(regex="/[ab]"),)), "/b?x", True),
        (RequestMatch(paths=(StringMatch(exact="/a"), StringMatch(exact="/b"))), "/b", True),
        (RequestMatch(methods=("GET", "HEAD")), "HEAD", True),
        (RequestMatch(methods=("GET",)), "GETX", False),
        (RequestMatch(hosts=(StringMatch(exact="shop.example"),)), "SHOP.example:8080", True),
        (RequestMatch(hosts=(StringMatch(exact="shop.example"),)), "shop-example", False),
    ],
)
def test_a_pattern_covers_the_whole_text(match: RequestMatch, text: str, *, expected: bool) -> None:
    """Marks mean themselves, a query or a port may follow what is exact."""
    (matcher,) = conditions(match)
    pattern = matcher.string_match.safe_regex.regex
    assert (re2.fullmatch(pattern, text) is not None) is expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/a?page=1", True), ("/a?x=y&page=1&z", True), ("/a?page=12", False), ("/page=1", False)],
)
def test_a_parameter_is_found_among_others(path: str, *, expected: bool) -> None:
    """Only a whole parameter counts."""
    pattern = parameter_is("page", "1").string_match.safe_regex.regex
    assert (re2.fullmatch(pattern, path) is not None) is expected


def test_nothing_written_is_no_condition() -> None:
    """A limit without a match counts every request."""
    assert conditions(RequestMatch()) == []
