"""When changes are compiled, on a clock that only the test moves."""

from hypothesis import given
from hypothesis import strategies as st

from services.compiler.debounce import Debounce

GAP_S, BURST = 0.1, 5
ROUNDING_S = 1e-6
PAUSES_S = st.lists(st.sampled_from([0.0, 0.001, 0.01, 0.03, 0.1, 0.7, 5.0]), max_size=80)


def lived(pauses_s: list[float]) -> tuple[list[float], list[float]]:
    """Return when changes came, and when compiles ran that took no time."""
    made, changes_s, compiles_s = Debounce(GAP_S, BURST), list[float](), list[float]()
    now_s, due_s = 0.0, None
    for pause_s in [*pauses_s, 2 * GAP_S]:
        now_s += pause_s
        if due_s is not None and due_s <= now_s:
            made.compiled(due_s)
            compiles_s.append(due_s)
        elif due_s is not None:
            now_due_s = made.ready_s(now_s)
            assert abs(now_due_s - due_s) < ROUNDING_S, "a change never puts another one off"
        due_s = made.ready_s(now_s) if due_s is None or due_s <= now_s else due_s
        changes_s.append(now_s)
        if due_s <= now_s:
            made.compiled(now_s)
            compiles_s.append(now_s)
            due_s = None
    return changes_s[:-1], compiles_s


@given(PAUSES_S)
def test_every_change_is_compiled_within_a_gap(pauses_s: list[float]) -> None:
    """No storm puts a change off for longer."""
    changes_s, compiles_s = lived(pauses_s)
    for at_s in changes_s:
        assert any(at_s <= one <= at_s + GAP_S + ROUNDING_S for one in compiles_s)


@given(PAUSES_S)
def test_a_change_after_a_quiet_time_is_compiled_at_once(pauses_s: list[float]) -> None:
    """Quiet means that the change before came longer ago than a whole burst counts for."""
    changes_s, compiles_s = lived(pauses_s)
    before_s = -GAP_S * (BURST + 1)
    for at_s in changes_s:
        assert at_s - before_s <= GAP_S * (BURST + 1) or at_s in compiles_s
        before_s = at_s


@given(st.integers(1, 500))
def test_a_storm_is_merged(per_second: int) -> None:
    """However many changes there are in ten seconds, it is a burst and a compile for each gap."""
    _, compiles_s = lived([1 / per_second] * (10 * per_second))
    assert len(compiles_s) <= BURST + 10 / GAP_S + 3


def test_changes_that_come_slowly_never_wait() -> None:
    """A commit now and then is compiled when it comes."""
    changes_s, compiles_s = lived([0.11] * 50)
    assert compiles_s[:-1] == changes_s
