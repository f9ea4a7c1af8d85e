"""Tests of virtual time."""

import time

import pytest

from libs.fakes.clock import FakeClock


def test_sleeping_moves_both_times_and_takes_none() -> None:
    """An hour of sleep passes at once, on the wall and monotonically."""
    clock = FakeClock(now_s=100.0)
    began_s = time.monotonic()
    clock.sleep(3600)
    assert (clock.now_s(), clock.monotonic_s()) == (3700.0, 3600.0)
    assert time.monotonic() - began_s < 5


def test_the_wall_may_jump_and_durations_do_not() -> None:
    """A corrected clock changes records, not how long something took."""
    clock = FakeClock(now_s=100.0)
    clock.advance(5)
    clock.set_wall(50.0)
    assert (clock.now_s(), clock.monotonic_s()) == (50.0, 5.0)


def test_time_does_not_go_back() -> None:
    """Advancing by less than nothing is a bug of the test."""
    with pytest.raises(ValueError, match="backwards"):
        FakeClock().advance(-1)
