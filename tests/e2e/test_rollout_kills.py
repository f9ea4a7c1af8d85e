"""The rollout service is killed right after every stage, and two of them run at once."""

import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.adapters.sql.store import SqlStore, open_store
from libs.kernel.ids import ClusterName, PlanHash
from libs.kernel.inventory import ClusterReport, RoundState
from libs.kernel.rollouts import Occasion, Stage
from services.rollout import steps
from services.rollout.tests.places import Places
from tests.e2e.smallfleet import until
from tools.child.process import Child, ChildSpec

GATE = "{name: ready, condition: {type: Ready}}"
SPEC = f"""
rollout: {{waves: [
  {{name: canary, clusters: {{matchLabels: {{wave: canary}}}}, soak: 100ms, gates: [{GATE}]}},
  {{name: rest, maxConcurrent: 1}}]}}
"""
STAGES = (Stage.PENDING, Stage.MOVING, Stage.SOAKING, Stage.GATING)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A database whose fleet runs its first commit."""
    made = open_store(_url(tmp_path))
    yield made
    made.close()


def _url(folder: Path) -> str:
    return f"sqlite:///{folder / 'periplus.sqlite'}"


def _start(folder: Path, kill_at: str | None = None) -> Child:
    module = ("tests.e2e.killable", "rollout", kill_at) if kill_at else ("services.rollout",)
    env = {"PERIPLUS_ROLLOUT_STORE_URL": _url(folder), "PERIPLUS_ROLLOUT_POLL_S": "0.1"}
    command = [sys.executable, "-m", *module]
    return Child(ChildSpec("rollout", command, folder / "log", extra_env=env))


def _kill_at(folder: Path, stage: Stage) -> None:
    child = _start(folder, steps.step_to(stage))
    until(lambda: child.status is not None, f"the service is killed at {stage.value}")
    assert child.status == -signal.SIGKILL


def _history(store: SqlStore) -> list[tuple[Occasion, str, str]]:
    return [(one.occasion, one.wave, one.why) for one in store.rollout_events(99)][::-1]


def test_a_service_that_is_killed_at_every_stage_misses_none_and_repeats_none(
    tmp_path: Path, store: SqlStore
) -> None:
    """Two others that run at once bring the rollout to its end."""
    places = Places(store)
    places.run_everywhere(places.commit(SPEC))
    places.commit(SPEC)
    for stage in STAGES:
        _kill_at(tmp_path, stage)
        found = store.rollout()
        assert found is not None
        assert found.stage is stage
    children = [_start(tmp_path), _start(tmp_path)]
    try:
        until(lambda: places.at("r2") == ["c1", "e1", "e2"], "everybody moved")
        until(lambda: _is_over(store), "the rollout is over")
    finally:
        for child in children:
            child.stop()
    told = [(occasion, wave) for occasion, wave, _ in _history(store)]
    assert told == [
        (Occasion.BEGUN, "canary"),
        (Occasion.WAVE_BEGUN, "canary"),
        (Occasion.MOVED, "canary"),
        (Occasion.SETTLED, "canary"),
        (Occasion.WAVE_PASSED, "canary"),
        (Occasion.WAVE_BEGUN, "rest"),
        (Occasion.MOVED, "rest"),
        (Occasion.MOVED, "rest"),
        (Occasion.SETTLED, "rest"),
        (Occasion.WAVE_PASSED, "rest"),
        (Occasion.DONE, ""),
    ]


def _is_over(store: SqlStore) -> bool:
    found = store.rollout()
    return found is not None and found.is_over


def test_a_return_survives_kills_as_well(tmp_path: Path, store: SqlStore) -> None:
    """Everybody is at the former revision in the end."""
    places = Places(store, connection="context: x")
    places.run_everywhere(places.commit(SPEC))
    revision = places.commit(SPEC)
    _kill_at(tmp_path, Stage.MOVING)
    assert places.at("r2") == ["c1"]
    cluster = ClusterName("c1")
    report = ClusterReport(
        cluster, revision.id, 2, PlanHash("p"), RoundState.FAILED, 0.0, "a webhook says no"
    )
    store.record_report(report)
    _kill_at(tmp_path, Stage.RETURNING)
    child = _start(tmp_path)
    try:
        until(lambda: places.at("r1") == ["c1", "e1", "e2"], "everybody is back")
    finally:
        child.stop()
    state = store.rollout()
    assert state is not None
    assert state.stage in {Stage.RETURNING, Stage.RETURNED}
    assert "a webhook says no" in state.reason
