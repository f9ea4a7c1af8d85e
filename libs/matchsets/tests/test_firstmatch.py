"""Differences of tables against a walk through every call of a small space."""

from collections.abc import Sequence
from itertools import pairwise, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.matchsets.automaton import TooLargeError
from libs.matchsets.firstmatch import Conditions, Tables, differences
from libs.matchsets.partition import Effort

_SIZES = {"path": 4, "header": 3, "method": 2}
_RULES = st.fixed_dictionaries(
    {}, optional={name: st.integers(0, (1 << size) - 1) for name, size in _SIZES.items()}
)
_TABLES = st.lists(_RULES, max_size=5)


def _first(table: Sequence[Conditions], call: Conditions) -> int | None:
    return next(
        (
            number
            for number, rule in enumerate(table)
            if all(parts >> call[name] & 1 for name, parts in rule.items())
        ),
        None,
    )


@given(_TABLES, _TABLES, st.lists(st.integers(0, 2), min_size=12, max_size=12))
def test_boxes_hold_exactly_the_calls_that_are_decided_differently(
    old: list[Conditions], new: list[Conditions], outcomes: list[int]
) -> None:
    """Every differing call is in one box with its two rules, no other call is in any."""

    def outcome(rule: int | None, shift: int) -> int | None:
        return None if rule is None else outcomes[rule + shift]

    def differs(one: int | None, other: int | None) -> bool:
        return outcome(one, 0) != outcome(other, 6)

    boxes = list(differences(Tables(old, new, _SIZES, "path"), differs, Effort()))
    for values in product(*map(range, _SIZES.values())):
        call = dict(zip(_SIZES, values, strict=True))
        decided = _first(old, call), _first(new, call)
        holding = [
            (box.old, box.new)
            for box in boxes
            if all(parts >> call[name] & 1 for name, parts in box.parts.items())
        ]
        assert holding == ([decided] if differs(*decided) else [])


def test_a_comparison_ends_at_its_budget() -> None:
    """Tables that need too many cuts are given up."""
    names = [f"header{number}" for number in range(12)]
    sizes = {"path": 1, **dict.fromkeys(names, 2)}
    old: list[Conditions] = [{one: 1, other: 2} for one, other in pairwise(names)]
    tables = Tables(old, list(reversed(old)), sizes, "path")
    with pytest.raises(TooLargeError):
        list(differences(tables, lambda one, other: one != other, Effort(100)))
