"""How a text uses variables."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.meshapi.variables import Part, Use, escaped, is_name, parts_of


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", ()),
        ("plain $5 {a} $name", ("plain $5 {a} $name",)),
        ("${a}", (Use("a"),)),
        ("${_a-1}", (Use("_a-1"),)),
        ("${a:=}", (Use("a", ""),)),
        ("${a:=3 s}", (Use("a", "3 s"),)),
        ("x${a}-${b:=c}y", ("x", Use("a"), "-", Use("b", "c"), "y")),
        ("$${a}", ("${a}",)),
        ("$$${a}", ("$${a}",)),
        ("$${a}${b}", ("${a}", Use("b"))),
    ],
)
def test_a_text_is_split_at_its_variables(text: str, parts: tuple[Part, ...]) -> None:
    """Only a single dollar sign before a brace begins one."""
    assert parts_of(text) == parts


@pytest.mark.parametrize("text", ["${", "${}", "${1a}", "${a", "${a:-b}", "${a:=${b}}", "${a.b}"])
def test_what_looks_like_a_variable_and_is_none_is_refused(text: str) -> None:
    """Nobody shall wonder later why it was not filled in."""
    with pytest.raises(ValueError, match="begins a variable; write"):
        parts_of(text)


@given(st.text(alphabet="${}a:="))
def test_every_text_can_be_written(text: str) -> None:
    """What is escaped reads as the text itself."""
    assert "".join(map(str, parts_of(escaped(text)))) == text


def test_names_are_what_uses_can_name() -> None:
    """A definition that nothing could use is refused by the same rule."""
    assert all(map(is_name, ["a", "_a", "A-1"]))
    assert not any(map(is_name, ["", "1a", "a.b", "a b", "ä"]))
