"""Variables into values: their types, their limits, and that they stay text."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.desired.sourced import Source, plain
from libs.desired.substitution import CHARACTERS_MAX, Substitution

HERE = Source(0, ())


def filled(value: Any, whole: tuple[str, ...] = (), **values: str) -> Any:
    """Return a value with its variables filled in, of which none is missing."""
    work = Substitution(values, whole)
    found = plain(work.filled(value, HERE))
    assert not work.faults
    return found


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2", 2),
        ("0x10", 16),
        ("010", 8),
        ("1.5", 1.5),
        ("2.0", 2),
        ("true", True),
        ("on", True),
        ("no", False),
        ("null", None),
        ("", None),
        ("3s", "3s"),
        ("2026-01-02", "2026-01-02"),
        ("1:30", "1:30"),
        (" 2", " 2"),
        ("[1, 2]", "[1, 2]"),
        ("a: b", "a: b"),
        ("a # b", "a # b"),
        ("a\nb: c", "a\nb: c"),
        ('"2"', '"2"'),
        ("*alias", "*alias"),
        ("${x}", "${x}"),
    ],
)
def test_a_plain_scalar_that_is_one_variable_is_read_as_kubernetes_reads_it(
    text: str, value: object
) -> None:
    """One scalar becomes one scalar: nothing in it is structure, a comment or a variable."""
    assert filled({"a": "${x}"}, ("/a",), x=text) == {"a": value}
    assert type(filled("${x}", ("",), x=text)) is type(value)


@given(st.text())
def test_anything_else_is_text(text: str) -> None:
    """In quotes, or with something beside it, a value is what its characters are."""
    assert filled(("${x}", "a${x}b", "${x}${x}"), (), x=text) == (text, f"a{text}b", text + text)


def test_defaults_stand_in_and_escapes_are_undone() -> None:
    """An empty value is a value."""
    assert filled("${a:=b}${c:=d}$${e}", (), c="") == "b${e}"


def test_keys_are_left_alone() -> None:
    """Only values are looked at."""
    assert filled({"${x}": "${x}"}, (), x="1") == {"${x}": "1"}


def test_an_unknown_variable_is_told_the_nearest() -> None:
    """Each use is told at its place."""
    work = Substitution({"timeout": "3s"}, ())
    work.filled({"a": ("${timout}", "${zone}")}, HERE)
    first, second = work.faults
    assert first.path == ("a", 0)
    assert "unknown variable `timout`; did you mean `timeout`?" in first.text
    assert second.text.startswith("unknown variable `zone`; known here: `timeout`")


def test_without_any_variable_it_is_said_where_to_define_one() -> None:
    """`spec.variables` is the place."""
    work = Substitution({}, ())
    work.filled("${zone}", HERE)
    assert "define it in `spec.variables`" in work.faults[0].text


def test_a_number_that_json_cannot_carry_is_refused() -> None:
    """As where it stands in a file."""
    work = Substitution({"x": "1e999"}, ("",))
    work.filled("${x}", HERE)
    (fault,) = work.faults
    assert fault.text == (
        "variable `x`: `1e999` does not fit into 64 bits; put the variable in quotes if it is a "
        "text"
    )


def test_what_may_be_secret_is_not_shown() -> None:
    """Neither a name from its text nor a value."""
    work = Substitution({"x": "1e999"}, ("/a",), hidden=True)
    work.filled({"a": "${x}", "b": "pass${word}"}, HERE)
    assert not [one for one in work.faults if "1e999" in one.text or "word" in one.text]


def test_uses_of_a_long_value_have_a_limit_together() -> None:
    """A small file does not become a large object."""
    work = Substitution({"x": "y" * 1000}, ())
    found = work.filled(("${x}" * 100,) * 1000, HERE)
    (fault,) = work.faults
    assert f"more than {CHARACTERS_MAX} characters" in fault.text
    assert sum(map(len, plain(found))) < 2 * CHARACTERS_MAX
