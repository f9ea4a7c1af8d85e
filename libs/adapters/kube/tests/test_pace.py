"""How many requests are in flight after what a server said."""

from hypothesis import given
from hypothesis import strategies as st

from libs.adapters.kube.pace import IN_FLIGHT_MAX, IN_FLIGHT_MIN, PAUSE_S_MAX, Pace


def test_a_refusal_halves_what_is_in_flight_and_pauses() -> None:
    """Nothing is sent until the time that the server named."""
    pace = Pace()
    pace.sent()
    assert pace.throttled(100.0, 3.0) == 3.0
    assert pace.limit == IN_FLIGHT_MAX / 2
    assert pace.delay_s(101.0) == 2.0
    assert pace.delay_s(103.0) == 0.0


def test_refusals_of_one_moment_count_once() -> None:
    """Requests that were in flight together are refused together."""
    pace = Pace()
    for _ in range(8):
        pace.sent()
    for _ in range(8):
        pace.throttled(100.0, 1.0)
    assert pace.limit == IN_FLIGHT_MAX / 2


def test_a_full_share_waits_for_an_answer() -> None:
    """With as many in flight as are borne, the next waits for the end of one."""
    pace = Pace(limit=1.0)
    pace.sent()
    assert pace.delay_s(0.0) is None
    pace.answered()
    assert pace.delay_s(0.0) == 0.0


@given(st.lists(st.one_of(st.none(), st.floats(0.0, 1e6))))
def test_the_pace_stays_within_bounds(answers: list[float | None]) -> None:
    """Whatever a server says, something is sent again, and never too much at once."""
    pace, now_s = Pace(), 0.0
    for answer in answers:
        pace.sent()
        if answer is None:
            pace.answered()
        else:
            assert pace.throttled(now_s, answer) <= PAUSE_S_MAX
        assert IN_FLIGHT_MIN <= pace.limit <= IN_FLIGHT_MAX
        assert pace.in_flight == 0
        now_s += PAUSE_S_MAX
        assert pace.delay_s(now_s) == 0.0
