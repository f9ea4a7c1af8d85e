"""A root is replaced in three steps, none of which overtakes a live proxy."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from libs.kernel.looperrors import WaitingError
from libs.pki.rotation import Phase, Rotation, following

LIFE_S = 3600.0
START = Rotation(Phase.STEADY, 0.0, LIFE_S, settle_s=10.0)


def test_the_phases_follow_each_other() -> None:
    """Both are trusted before the new one signs, and until the old one's last certificate ends."""
    trusting = following(START, 5.0)
    signing = following(trusting, 5.0 + LIFE_S + 10)
    steady = following(signing, 2 * (5.0 + LIFE_S + 10))
    assert [one.phase for one in (trusting, signing, steady)] == [
        Phase.TRUSTING,
        Phase.SIGNING,
        Phase.STEADY,
    ]


def test_a_step_that_is_too_early_waits_for_the_rest() -> None:
    """The error says how long; whoever hurries takes the harm."""
    trusting = following(START, 0.0)
    with pytest.raises(WaitingError) as caught:
        following(trusting, 1000.0)
    assert caught.value.retry_after_s == pytest.approx(2610.0)
    assert following(trusting, 1000.0, hurry=True).phase is Phase.SIGNING


@given(st.lists(st.tuples(st.floats(0, LIFE_S), st.floats(0, LIFE_S)), max_size=60))
def test_no_two_live_proxies_ever_refuse_each_other(
    renewals: list[tuple[float, float]],
) -> None:
    """Whenever proxies renew, what one shows is trusted by all others, as long as both live.

    Each pair is the pause before a step is tried again, and the life of a certificate then made.
    """
    rotation, now_s, generation = START, 0.0, 0
    live: list[tuple[float, int, set[int]]] = []
    for pause_s, life_s in renewals:
        now_s += pause_s
        try:
            rotation = following(rotation, now_s)
        except WaitingError:
            pass
        else:
            generation += rotation.phase is Phase.SIGNING
        both = {generation, generation + (1 if rotation.phase is Phase.TRUSTING else -1)}
        trusted = {generation} if rotation.phase is Phase.STEADY else both
        live = [one for one in live if one[0] > now_s]
        live.append((now_s + life_s, generation, trusted))
        assert all(mine[1] in other[2] for mine in live for other in live)
