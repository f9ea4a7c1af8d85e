"""Tables are compared by what is in them."""

from libs.compile.comparing import Comparing, compared


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


def test_two_tables_are_compared_once() -> None:
    """Several compilations after one change ask for the same two."""
    comparing, former, value = Comparing(), {"a": 1}, {"a": 2}
    assert comparing.of(former, value) is comparing.of(former, value)
    assert comparing.of(value, former) is not comparing.of(former, value)
