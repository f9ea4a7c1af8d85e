"""Rules that several kinds share say where and what."""

from datetime import timedelta

import pytest

from libs.meshapi.rules import common
from libs.meshapi.virtualservice import HTTPRedirect


@pytest.mark.parametrize(
    ("value", "zero", "good"),
    [
        (None, False, True),
        (timedelta(0), True, True),
        (timedelta(0), False, False),
        (timedelta(milliseconds=1), False, True),
        (timedelta(microseconds=999), True, False),
        (timedelta(microseconds=1500), True, False),
        (timedelta(seconds=-1), True, False),
        (timedelta(days=2), False, True),
    ],
)
def test_a_duration_is_whole_milliseconds(
    value: timedelta | None,
    zero: bool,  # noqa: FBT001
    good: bool,  # noqa: FBT001
) -> None:
    """Zero counts only where it switches something off."""
    assert (list(common.duration_problem(("a",), value, zero=zero)) == []) is good


def test_a_repeated_value_is_found_at_its_second_place() -> None:
    """Empty values may repeat; the sentence names the first place."""
    values = ["a", "", "b", "", "a", None, None]
    (problem,) = common.unique(("list",), values, "name", "thing")
    assert problem.path == ("list", 4, "name")
    assert "item 0" in problem.text


def test_fields_that_exclude_each_other_are_listed_as_users_write_them() -> None:
    """The place is the second field's key."""
    redirect = HTTPRedirect(port=80, derive_port="FROM_REQUEST_PORT")
    (problem,) = common.at_most_one(("x",), redirect, "uri", "port", "derive_port")
    assert problem.path == ("x", "derivePort")
    assert problem.at_key
    assert "`port` and `derivePort`" in problem.text


@pytest.mark.parametrize(
    ("names", "text"),
    [(["a"], "`a`"), (["a", "b"], "`a` and `b`"), (["a", "b", "c"], "`a`, `b` and `c`")],
)
def test_names_are_listed_as_prose(names: list[str], text: str) -> None:
    """The last one is joined by a word."""
    assert common.listing(names) == text


@pytest.mark.parametrize(
    ("name", "good"), [("HTTP", True), ("http", True), ("", True), ("x", False)]
)
def test_a_protocol_is_known_in_any_case(name: str, good: bool) -> None:  # noqa: FBT001
    """No protocol at all is for the kind to judge."""
    assert (list(common.protocol_problem((), name)) == []) is good
