"""Tables know where they differ from the one that they were made from, and from no other."""

from libs.kernel.tables import Table


def test_a_table_tells_where_it_was_changed() -> None:
    """Only against the very table that it was made from."""
    former = Table({"a": 1, "b": 2})
    changed = Table({"a": 1, "b": 3}, former, ("b",))
    assert changed.since(former) == ("b",)
    assert changed.since(Table(former)) is None
    assert former.since(changed) is None
    assert changed == {"a": 1, "b": 3}


def test_a_former_table_is_not_kept() -> None:
    """Else every state that a cluster ever had would stay in memory."""
    former = Table({"a": 1})
    changed = Table({"a": 2}, former, ("a",))
    del former
    assert changed.since(None) is None


def test_nothing_is_known_of_what_is_no_table() -> None:
    """Then both have to be compared."""
    former = {"a": 1}
    assert Table({"a": 2}, former, ("a",)).since(former) is None
