"""What `Store` promises of rollouts, asked of each kind alike."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from libs.kernel.ids import PlanHash, RevisionId
from libs.kernel.revisions import Target
from libs.kernel.rollouts import (
    Approval,
    GateState,
    Occasion,
    PlannedWave,
    RolloutEvent,
    RolloutPlan,
    RolloutState,
    Stage,
    Verdict,
)
from libs.ports.store import StaleGenerationError, Store
from tests.contract.storedata import CLUSTERS, accept_next
from tests.contract.storeplaces import StorePlace

PLAN = RolloutPlan(
    base=RevisionId("r1"),
    revision=RevisionId("r2"),
    strategy='{"waves":[{"name":"canary"}]}',
    waves=(PlannedWave("canary", CLUSTERS[:1]), PlannedWave("rest", CLUSTERS[1:])),
    departed=CLUSTERS[2:],
    joined=CLUSTERS[1:2],
    authors=("Ann <ann@example.com>",),
    direct=True,
    hash=PlanHash("p1"),
)
STATE = RolloutState(
    number=3,
    generation=1,
    plan=PLAN,
    stage=Stage.GATING,
    wave=1,
    watched_s=12.5,
    idle_s=0.25,
    settled=2,
    gates=(GateState("rate", 1, 2, Verdict.ERROR, "no answer", 3.5), GateState("live")),
    approvals=(Approval("ann", ("ops", "sre"), PLAN.hash, 1, 1_700_000_000.5),),
    paused="ann: lunch",
    held="rate says nothing",
    reason="x",
)


def _event(number: int) -> RolloutEvent:
    return RolloutEvent(3, 1.5, PLAN.hash, Occasion.SKIPPED, "canary", "ann", f"reason {number}")


def _revisions(store: Store) -> None:
    for _ in range(2):
        accept_next(store)


def test_a_rollout_comes_back_as_it_was(place: StorePlace) -> None:
    """With everything that it can hold, or with nothing."""
    assert place.open().rollout() is None
    place.open().advance_rollout(STATE)
    assert place.open().rollout() == STATE
    bare = RolloutState(4, 2, RolloutPlan(None, RevisionId("r"), "{}", ()))
    place.open().advance_rollout(bare)
    assert place.open().rollout() == bare


def test_state_targets_and_history_are_written_together(store: Store) -> None:
    """Moves are made, clusters forgotten and events appended with the state."""
    _revisions(store)
    first = Target(CLUSTERS[0], RevisionId("r1"), 1)
    second = Target(CLUSTERS[1], RevisionId("r1"), 1)
    store.advance_rollout(STATE, [first, second], events=[_event(1), _event(2)])
    moved = Target(CLUSTERS[0], RevisionId("r2"), 2)
    store.advance_rollout(replace(STATE, generation=2), [moved], CLUSTERS[1:], [_event(3)])
    assert store.targets() == {CLUSTERS[0]: moved}
    assert [one.why for one in store.rollout_events(2)] == ["reason 3", "reason 2"]
    assert store.rollout_events(9)[2] == _event(1)
    assert store.rollout_events(0) == []


def test_who_comes_second_writes_nothing(store: Store) -> None:
    """A generation that does not follow, or a move that does not, leaves all as it was."""
    _revisions(store)
    store.advance_rollout(STATE)
    token = store.change_token()
    target = Target(CLUSTERS[0], RevisionId("r1"), 1)
    for generation in (1, 3):
        with pytest.raises(StaleGenerationError):
            store.advance_rollout(replace(STATE, generation=generation), [target], (), [_event(1)])
    for wrong in (replace(target, generation=2), replace(target, revision=RevisionId("none"))):
        with pytest.raises(StaleGenerationError):
            store.advance_rollout(replace(STATE, generation=2), [wrong], (), [_event(1)])
    assert store.rollout() == STATE
    assert (store.targets(), store.rollout_events(9)) == ({}, [])
    assert store.change_token() == token


def test_of_many_writers_at_once_one_takes_the_step(store: Store) -> None:
    """However they meet."""

    def take(_: int) -> bool:
        try:
            store.advance_rollout(STATE, events=[_event(1)])
        except StaleGenerationError:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(take, range(16)))
    assert taken.count(True) == 1
    assert len(store.rollout_events(99)) == 1


def test_both_ends_of_a_rollout_stay(store: Store) -> None:
    """There is a way back however many commits came since."""
    _revisions(store)
    store.advance_rollout(STATE)
    for _ in range(3):
        accept_next(store)
    assert [one.id for one in store.expire(1)] == ["r3", "r4"]
    assert [one.id for one in store.revisions(9)] == ["r5", "r2", "r1"]


def test_hostile_text_is_kept_marked(store: Store) -> None:
    """What a proxy or a hook says never stops the writer."""
    store.advance_rollout(replace(STATE, reason="no\ud800"))
    found = store.rollout()
    assert found is not None
    assert found.reason.startswith("no")
