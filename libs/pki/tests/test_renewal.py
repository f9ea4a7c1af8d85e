"""Renewals are early, spread, and tried again often enough."""

from hypothesis import given
from hypothesis import strategies as st

from libs.fakes.rng import SeededRng
from libs.pki.renewal import RETRY_S_MAX, renewal_at_s, retry_delay_s


@given(st.integers(), st.floats(1, 1e7))
def test_a_renewal_leaves_nearly_half_of_the_life(seed: int, life_s: float) -> None:
    """An authority may be away for that long."""
    at_s = renewal_at_s(1000.0, 1000.0 + life_s, SeededRng(seed))
    assert 0.449 * life_s <= at_s - 1000.0 <= 0.551 * life_s


def test_workloads_that_start_together_do_not_renew_together() -> None:
    """Of 2000 with a day's life, no second sees more than a handful."""
    rng = SeededRng(1)
    seconds = [int(renewal_at_s(0, 86_400, rng)) for _ in range(2000)]
    assert max(map(seconds.count, set(seconds))) < 10


def test_one_that_has_expired_is_renewed_at_once() -> None:
    """A life that is over has no middle."""
    assert renewal_at_s(100, 50, SeededRng(1)) == 100


@given(st.integers(), st.integers(0, 10_000), st.floats(-100, 1e7))
def test_retries_slow_down_and_never_stop(seed: int, failures: int, left_s: float) -> None:
    """A fixed time at most lies between two, and several fit into what is left of a life."""
    delay_s = retry_delay_s(failures, left_s, SeededRng(seed))
    assert 0 < delay_s <= RETRY_S_MAX
    if left_s > 10:
        assert delay_s <= left_s / 10
