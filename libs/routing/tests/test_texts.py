"""Texts and regular expressions."""

from typing import Any

import pytest
from google.protobuf.json_format import ParseDict
from protogen.envoy.type.matcher.v3 import regex_pb2, string_pb2

from libs.routing import texts
from libs.routing.outcome import UndecidedError


@pytest.mark.parametrize(
    ("matcher", "text", "fits"),
    [
        ({"exact": "a"}, "a", True),
        ({"exact": "a"}, "A", False),
        ({"exact": "a", "ignore_case": True}, "A", True),
        ({"prefix": "ab"}, "abc", True),
        ({"suffix": "bc"}, "abc", True),
        ({"suffix": "bc"}, "bcd", False),
        ({"contains": "b"}, "abc", True),
        ({"safe_regex": {"regex": "a|ab"}}, "ab", True),
        ({"safe_regex": {"regex": "b"}}, "abc", False),
        ({"safe_regex": {"regex": "A"}, "ignore_case": True}, "a", False),
    ],
)
def test_texts_fit_as_envoy_has_it(matcher: dict[str, Any], text: str, *, fits: bool) -> None:
    """A regex covers the whole text and always minds the case."""
    assert texts.matches(ParseDict(matcher, string_pb2.StringMatcher()), text) is fits


def test_a_pattern_that_envoy_refuses_is_not_decided() -> None:
    """RE2 has no look-ahead, so nobody can say what such a pattern means."""
    with pytest.raises(UndecidedError, match="regex"):
        texts.covers(regex_pb2.RegexMatcher(regex="(?=a)"), "a")


@pytest.mark.parametrize(
    ("pattern", "into", "text", "result"),
    [
        ("/(a)/(b)", r"/\2/\1", "/a/b/c", "/b/a/c"),
        ("[0-9]", "n", "/1/2", "/n/n"),
        ("b*", "-", "abc", "-a-c-"),
        ("a", r"\0\\", "a", "a\\"),
        ("x(y)?", r"[\1]", "x", "[]"),
    ],
)
def test_every_match_is_replaced(pattern: str, into: str, text: str, result: str) -> None:
    """Groups are inserted by number; an empty match right behind another one does not count."""
    assert texts.substitute(regex_pb2.RegexMatcher(regex=pattern), into, text) == result
