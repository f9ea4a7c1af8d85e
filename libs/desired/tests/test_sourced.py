"""Values whose parts know who wrote them."""

from hypothesis import given
from hypothesis import strategies as st

from libs.desired.sourced import Source, differing, grown, nearest, plain

BASE = Source(0, ())
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=12,
)


@given(JSON)
def test_a_value_comes_back_as_it_was(value: object) -> None:
    """Growing and flattening changes nothing, and nothing of it is another layer's."""
    node = grown(value, BASE)
    assert plain(node) == value
    assert not [*differing(node)]


def test_parts_that_move_keep_their_source() -> None:
    """An item in front does not move the places of those behind it."""
    node = grown(("a", "b"), BASE)
    new = grown("x", Source(1, ("patch", 0, "value")))
    moved = node.with_items([new, *node.value])
    assert plain(moved) == ("x", "a", "b")
    assert nearest(moved, (2,)).source == Source(0, (1,))
    assert [(path, one.source.layer) for path, one, _ in differing(moved)] == [((0,), 1)]


def test_who_removed_a_part_is_remembered_until_it_is_there_again() -> None:
    """A missing field is the matter of whoever took it away."""
    node = grown({"a": 1, "b": 2}, BASE)
    remover = Source(1, ("a",))
    without = node.without("a", remover)
    assert nearest(without, ("a", "deeper")).source == remover
    assert [(path, removed) for path, _, removed in differing(without)] == [(("a",), True)]
    back = without.with_child("a", grown(3, Source(2, ("a",))))
    assert [(path, removed) for path, _, removed in differing(back)] == [(("a",), False)]


def test_the_nearest_ancestor_answers_for_what_is_not_there() -> None:
    """As places of files do."""
    node = grown({"a": ({"b": 1},)}, BASE)
    assert nearest(node, ("a", 0, "c", "d")).source.path == ("a", 0)
    assert nearest(node, ("a", 7)).source.path == ("a",)
