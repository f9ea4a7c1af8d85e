"""What `Clock` promises, asked of the machine's clock and of virtual time."""

import pytest

from libs.adapters.system.clock import SystemClock
from libs.fakes.clock import FakeClock
from libs.ports.clock import Clock


@pytest.fixture(params=[SystemClock, FakeClock], ids=["system", "fake"])
def clock(request: pytest.FixtureRequest) -> Clock:
    """A clock of each kind."""
    made: Clock = request.param()
    return made


def test_wall_time_is_after_this_was_written(clock: Clock) -> None:
    """Seconds count from the epoch, not from the start of something, and are no milliseconds."""
    assert 1_600_000_000 < clock.now_s() < 10_000_000_000


def test_sleeping_lets_at_least_that_time_pass(clock: Clock) -> None:
    """Both times have moved after a sleep."""
    wall_s, monotonic_s = clock.now_s(), clock.monotonic_s()
    clock.sleep(0.05)
    assert clock.monotonic_s() - monotonic_s >= 0.05
    assert clock.now_s() - wall_s >= 0.04  # it may be corrected meanwhile


@pytest.mark.parametrize("seconds", [0, -1])
def test_sleeping_for_nothing_returns(clock: Clock, seconds: float) -> None:
    """A delay that is already over is no error, and time does not go back."""
    before_s = clock.monotonic_s()
    clock.sleep(seconds)
    assert before_s <= clock.monotonic_s() < before_s + 1


def test_monotonic_time_never_goes_back(clock: Clock) -> None:
    """Each reading is at least the one before."""
    readings = [clock.monotonic_s() for _ in range(1000)]
    assert readings == sorted(readings)
