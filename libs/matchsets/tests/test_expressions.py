"""Each kind of comparison as a language, against what Python says of the same texts."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.matchsets import expressions
from libs.matchsets.expressions import Expression
from libs.matchsets.partition import partition

_TEXTS = st.text("abA/", max_size=5)
_KINDS: dict[str, tuple[Callable[..., Expression], Callable[[str, str], bool]]] = {
    "exact": (expressions.exact, str.__eq__),
    "prefix": (expressions.prefix, str.startswith),
    "suffix": (expressions.suffix, str.endswith),
    "containing": (expressions.containing, str.__contains__),
    "segments_under": (
        expressions.segments_under,
        lambda text, path: text == path or text.startswith(path + "/"),
    ),
}


@pytest.mark.parametrize("kind", _KINDS)
@given(pattern=_TEXTS, text=_TEXTS, ignore_case=st.booleans())
def test_a_language_has_the_texts_that_fit(
    kind: str, pattern: str, text: str, *, ignore_case: bool
) -> None:
    """Case counts unless it is to be ignored."""
    language, fits = _KINDS[kind]
    (part,) = partition([language(pattern, ignore_case=ignore_case)], expressions.exact(text))
    wanted = fits(text.lower(), pattern.lower()) if ignore_case else fits(text, pattern)
    assert (0 in part.inside) == wanted
