"""Tables are compared by what is in them."""

from libs.compile.comparing import Comparing, compared
from libs.kernel.tables import Table


def test_keys_that_came_went_or_changed_are_told() -> None:
    """A value of None is a value, and an equal one is no other."""
    found = compared({"a": 1, "b": [2], "c": 3}, {"b": [2], "c": 4, "d": None})
    assert set(found.keys) == {"a", "c", "d"}
    assert found.differ


def test_an_order_is_a_difference_without_a_key() -> None:
    """Who went through a table may have seen it in another order."""
    found = compared({"a": 1, "b": 2}, {"b": 2, "a": 1})
    assert not found.keys
    assert found.differ
    assert not compared({"a": 1}, {"a": 1}).differ


def test_what_is_no_table_differs_as_a_whole() -> None:
    """It has no keys."""
    assert compared((1,), (2,)).differ
    assert not compared((1,), (1,)).differ


def test_keys_that_went_are_told_where_as_many_came() -> None:
    """As many keys as before say nothing about which they are."""
    assert set(compared({"a": 1, "b": 2}, {"a": 1, "c": 2}).keys) == {"b", "c"}
    assert set(compared({"a": 1, "b": 2}, {"b": 2}).keys) == {"a"}


def test_a_table_that_knows_its_changes_is_asked() -> None:
    """Of what it names only what differs counts."""
    former = Table({"a": 1, "b": 2, "c": 3})
    found = compared(former, Table({"a": 1, "b": 4, "d": 5}, former, ("a", "b", "c", "d")))
    assert set(found.keys) == {"b", "c", "d"}
    assert found.differ


def test_two_tables_are_compared_once() -> None:
    """Several compilations after one change ask for the same two."""
    comparing, former, value = Comparing(), {"a": 1}, {"a": 2}
    assert comparing.of(former, value) is comparing.of(former, value)
    assert comparing.of(value, former) is not comparing.of(former, value)
