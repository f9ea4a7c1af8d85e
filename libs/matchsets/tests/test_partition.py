"""Parts are told apart exactly, with short examples, within a budget."""

import pytest

from libs.matchsets import expressions
from libs.matchsets.automaton import TooLargeError
from libs.matchsets.partition import Effort, partition
from libs.matchsets.syntax import regex


def test_nested_prefixes_cut_a_path_into_rings() -> None:
    """Every ring has its own part, and no part without a text is listed."""
    parts = partition(
        [expressions.prefix("/a"), expressions.prefix("/a/b"), expressions.exact("/a/b/c")],
        expressions.prefix("/"),
    )
    assert {tuple(sorted(one.inside)): one.example for one in parts} == {
        (): "/",
        (0,): "/a",
        (0, 1): "/a/b",
        (0, 1, 2): "/a/b/c",
    }


def test_a_language_within_another_leaves_no_part_outside_of_it() -> None:
    """Containment shows by a part that is missing."""
    parts = partition([regex("/v[0-9]"), regex("/v.")])
    assert frozenset({0}) not in {one.inside for one in parts}


def test_equal_languages_share_all_their_parts() -> None:
    """Two spellings of one language are never apart."""
    parts = partition([regex("(a|b)*c"), regex("[ab]*c")])
    assert {one.inside for one in parts} == {frozenset(), frozenset({0, 1})}


def test_a_domain_leaves_out_what_is_not_asked_for() -> None:
    """Only texts of the domain are parts."""
    parts = partition([expressions.exact("x")], expressions.one_of(["x", "yy"]))
    assert [(one.example, 0 in one.inside) for one in parts] == [("x", True), ("yy", False)]


def test_a_pattern_that_explodes_ends_at_the_budget() -> None:
    """A state set that grows with two to the twentieth is given up, not computed."""
    with pytest.raises(TooLargeError):
        partition([regex("(a|b)*a(a|b){20}")], effort=Effort(5_000))


def test_a_pattern_of_too_many_places_is_refused() -> None:
    """Counted repetitions in each other are not laid out without end."""
    with pytest.raises(TooLargeError):
        partition([regex("((a{100}){100}){100}")])
