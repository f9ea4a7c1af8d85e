"""JSON merge patches."""

from typing import Any

import pytest

from libs.desired.mergepatch import merged
from libs.desired.sourced import Source, grown, nearest, plain


@pytest.mark.parametrize(
    ("base", "patch", "result"),
    [
        ({"a": 1, "b": 2}, {"a": 3}, {"a": 3, "b": 2}),
        ({"a": {"b": 1, "c": 2}}, {"a": {"b": 3}}, {"a": {"b": 3, "c": 2}}),
        ({"a": 1}, {"a": None}, {}),
        ({"a": 1}, {"b": None}, {"a": 1}),
        ({"a": (1, 2)}, {"a": (3,)}, {"a": (3,)}),
        ({"a": {"b": 1}}, {"a": "text"}, {"a": "text"}),
        ({"a": "text"}, {"a": {"b": 1, "c": None}}, {"a": {"b": 1}}),
        ({}, {"a": {"b": {"c": None, "d": 1}}}, {"a": {"b": {"d": 1}}}),
        ({"a": 1}, {"a": True}, {"a": True}),
        ({"a": ({"b": 1},)}, {"a": ({"c": None},)}, {"a": ({"c": None},)}),
    ],
)
def test_mappings_are_merged_and_everything_else_replaced(
    base: Any, patch: Any, result: Any
) -> None:
    """Null removes, but not inside of a list."""
    found = plain(merged(grown(base, Source(0, ())), grown(patch, Source(1, ()))))
    assert found == result
    assert repr(found) == repr(result)  # 1 and True are equal


def test_the_writer_of_every_part_is_known() -> None:
    """A part that the patch writes as it was stays its first writer's."""
    base = grown({"a": {"b": 1, "c": 2}}, Source(0, ()))
    found = merged(base, grown({"a": {"b": 1, "c": 3}}, Source(1, ())))
    assert nearest(found, ("a",)).source.layer == 0
    assert nearest(found, ("a", "b")).source.layer == 0
    assert nearest(found, ("a", "c")).source == Source(1, ("a", "c"))
