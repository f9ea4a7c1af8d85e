"""Operations on headers."""

from libs.envoy.headers import HeaderChanges, fields


def test_the_authority_is_taken_out_of_what_is_set() -> None:
    """Envoy refuses to set it as a header; it is rewritten instead."""
    for name in ("host", "Host", ":authority"):
        changes = HeaderChanges(set={name: "a.example", "x": "1"})
        assert changes.authority == "a.example"
        assert [one.header.key for one in changes.to_add()] == ["x"]


def test_what_envoy_keeps_to_itself_is_neither_added_nor_taken_away() -> None:
    """It would refuse the whole configuration; a host that is added is the authority."""
    changes = HeaderChanges(
        set={":path": "/", "x": "1"},
        add={"Host": "b.example", ":scheme": "x"},
        remove=("host", "y"),
    )
    assert changes.authority == "b.example"
    assert [one.header.key for one in changes.to_add()] == ["x"]
    assert changes.to_remove() == ["y"]


def test_order_of_writing_changes_nothing() -> None:
    """Names decide the order, in both directions."""
    one = HeaderChanges(set={"a": "1", "b": "2"}, add={"c": "3", "d": "4"}, remove=("e", "f"))
    other = HeaderChanges(set={"b": "2", "a": "1"}, add={"d": "4", "c": "3"}, remove=("f", "e"))
    assert fields(one, other) == fields(other, one)


def test_set_comes_before_add() -> None:
    """A header that is set and added to has both values."""
    changes = HeaderChanges(set={"x": "1"}, add={"x": "2"})
    assert [one.header.value for one in changes.to_add()] == ["1", "2"]
