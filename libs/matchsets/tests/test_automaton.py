"""What an automaton promises about its items."""

import pytest

from libs.matchsets.automaton import Automaton, TooLargeError, automaton
from libs.matchsets.expressions import ANYTHING, Begin, Chain, End, exact


def test_a_place_that_needs_the_end_is_left_by_no_letter() -> None:
    """`a$b` has no text, for behind the end nothing is read; `a$` has one."""
    assert not _ends(automaton([Chain((exact("a"), End(), exact("b")))], 100))
    assert _ends(automaton([Chain((exact("a"), End()))], 100))


def test_the_beginning_is_only_at_the_beginning() -> None:
    """`a^` has no text, `^a` has one."""
    assert not _ends(automaton([Chain((exact("a"), Begin()))], 100))
    assert _ends(automaton([Chain((Begin(), exact("a")))], 100))


def _ends(whole: Automaton) -> bool:
    """Say whether an end is reached from the start."""
    waiting = [item for start in whole.starts for item in start]
    seen = set(waiting)
    while waiting:
        fresh = whole.follow[waiting.pop()] - seen
        seen |= fresh
        waiting += fresh
    return any(whole.ends[item] is not None for item in seen)


def test_more_places_than_allowed_are_refused() -> None:
    """The limit holds over all expressions together."""
    with pytest.raises(TooLargeError):
        automaton([ANYTHING, exact("abcdefgh")], 12)
