"""RE2's own engine is asked about every pattern."""

import pytest
import re2  # type: ignore[import-untyped]  # the wheel has no annotations
from hypothesis import given
from hypothesis import strategies as st

from libs.matchsets.expressions import exact
from libs.matchsets.partition import partition
from libs.matchsets.syntax import SyntaxUnsupportedError, regex

_LETTERS = st.sampled_from("abAB01/_.- ")
_SETS = st.sampled_from(
    ["[ab]", "[^a]", "[a-c]", "[]a]", "[^]a]", "[a-]", "[[:alpha:]]", "[[:^digit:]b]", "[\\d_]",
     "\\d", "\\D", "\\w", "\\W", "\\s", "\\S", "\\pL", "\\P{Lu}", "\\p{^Nd}", ".", "\\.", "\\x61",
     "\\x{62}", "\\141", "\\Qa.b\\E", "[\\x61-\\x63]", "(?i)a", "\\p{Latin}", "[+--]"]
)  # fmt: skip
_ATOMS = st.one_of(_LETTERS.map(lambda one: "\\" + one if one in ". -/_" else one), _SETS)


def _grown(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.lists(inner, max_size=3).map("".join),
        st.lists(inner, min_size=1, max_size=3).map("|".join).map("({})".format),
        inner.map("(?:{})".format),
        inner.map("(?i:{})".format),
        inner.map("(?P<n>{})".format),
        st.tuples(
            inner.map("(?:{})".format),
            st.sampled_from(["*", "+", "?", "*?", "{2}", "{1,}", "{0,2}", "{1,3}?"]),
        ).map("".join),
        inner.map("^{}".format),
        inner.map("{}$".format),
    )


_PATTERNS = st.recursive(_ATOMS, _grown, max_leaves=8)
_TEXTS = st.text("abABcC01/_.- ", max_size=6)


@given(_PATTERNS, st.lists(_TEXTS, min_size=1, max_size=8))
def test_a_pattern_has_the_texts_that_re2_matches(pattern: str, texts: list[str]) -> None:
    """Membership is RE2's full match, and the example of each part is on its side."""
    try:
        engine = re2.compile(pattern)
    except re2.error:
        return
    language = regex(pattern)
    for text in texts:
        (part,) = partition([language], exact(text))
        assert (0 in part.inside) == (engine.fullmatch(text) is not None), text
    for part in partition([language]):
        assert (0 in part.inside) == (engine.fullmatch(part.example) is not None)


@pytest.mark.parametrize(
    "pattern", ["a\\bc", "(?=a)", "(?P=n)", "a)", "(a", "[a", "[[:no:]]", "\\"]
)
def test_what_cannot_be_read_is_refused(pattern: str) -> None:
    """Nothing is guessed: word boundaries, look-ahead and broken syntax raise."""
    with pytest.raises(SyntaxUnsupportedError):
        regex(pattern)
