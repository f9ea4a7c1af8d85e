"""Tests of how fights are noticed."""

from libs.planning.fights import Fights
from libs.planning.tests.values import a_key

KEY = a_key("a")


def test_corrections_in_short_order_are_a_fight() -> None:
    """The fifth within a minute would be one too many."""
    fights = Fights()
    for second in range(5):
        fights = fights.corrected([KEY], float(second))
    assert "left alone" in fights.fought(5.0)[KEY]


def test_now_and_then_is_no_fight() -> None:
    """One correction in two minutes may go on for ever."""
    fights = Fights()
    for number in range(100):
        fights = fights.corrected([KEY], number * 120.0)
    assert fights.fought(100 * 120.0) == {}


def test_a_fight_cools_down_and_is_forgotten() -> None:
    """After a while the object is tried again, and later nothing is known of it."""
    fights = Fights()
    for second in range(6):
        fights = fights.corrected([KEY], float(second))
    assert fights.fought(600.0) == {}
    assert fights.corrected([], 3600.0).heats == {}
