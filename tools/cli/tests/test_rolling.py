"""`periplus rollout` over a real database."""

import getpass
import json
from pathlib import Path

import pytest

from libs.adapters.sql.store import open_store
from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.rollouts import PlannedWave, RolloutPlan, RolloutState, Stage
from libs.ports.store import Store
from libs.rollout.plan import plan_hash
from tools.cli.main import main

STRATEGY = '{"waves":[{"name":"canary","approval":{}}]}'


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """A state folder with a rollout that waits for an approval."""
    plan = RolloutPlan(
        RevisionId("r1"),
        RevisionId("r2"),
        STRATEGY,
        (PlannedWave("canary", (ClusterName("east"),)),),
        hash=PlanHash(""),
    )
    plan = RolloutPlan(plan.base, plan.revision, STRATEGY, plan.waves, hash=plan_hash(plan))
    _store(tmp_path).advance_rollout(RolloutState(1, 1, plan))
    return tmp_path


def _store(folder: Path) -> Store:
    return open_store(f"sqlite:///{folder / 'periplus.sqlite'}")


def _rollout(state: Path, *arguments: str) -> int:
    return main(["rollout", *arguments, "--state", str(state)])


def _known(state: Path) -> RolloutState:
    found = _store(state).rollout()
    assert found is not None
    return found


def test_the_board_says_what_there_is(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """As text and as JSON; while a person is needed the answer is no."""
    assert _rollout(state, "status") == 0
    out = capsys.readouterr().out
    assert out.startswith("rollout 1: r1 to r2, pending, plan ")
    assert "0/1 canary" in out
    assert _rollout(state, "pause", "--reason", "lunch") == 0
    assert _rollout(state, "status", "-o", "json") == 1
    text = capsys.readouterr().out
    content = json.loads(text[text.index("{") :])
    assert content["rollout"]["paused"] == f"{getpass.getuser()}: lunch"


def test_an_approval_names_its_plan(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """By its beginning; another one is refused and changes nothing."""
    assert _rollout(state, "approve", "0123456789") == 1
    assert "it is for plan 0123456789, and this is plan " in capsys.readouterr().err
    assert _known(state).approvals == ()
    assert _rollout(state, "approve", "abc") == 2
    assert _rollout(state, "approve", _known(state).plan.hash[:12]) == 0
    (given,) = _known(state).approvals
    assert (given.who, given.plan) == (getpass.getuser(), _known(state).plan.hash)


def test_orders_are_in_the_history(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The newest last, with who and why."""
    assert _rollout(state, "pause", "--reason", "lunch") == 0
    assert _rollout(state, "resume") == 0
    assert _rollout(state, "skip", "rate", "--reason", "moves house") == 1
    assert _rollout(state, "abort", "--reason", "wrong") == 0
    assert _known(state).stage is Stage.RETURNING
    capsys.readouterr()
    assert _rollout(state, "history") == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(": ", 1)[1].split(" by ")[0] for line in lines] == [
        "paused",
        "resumed",
        "aborted",
    ]
    assert _rollout(state, "history", "-o", "json", "--limit", "1") == 0
    (event,) = json.loads(capsys.readouterr().out)["events"]
    assert (event["who"], event["why"]) == (getpass.getuser(), "wrong")


def test_without_a_rollout_there_is_nothing_to_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The board says so as well."""
    _store(tmp_path)
    assert _rollout(tmp_path, "status") == 0
    assert capsys.readouterr().out == "no rollout has begun yet\n"
    assert _rollout(tmp_path, "pause") == 1
    assert "there is no rollout" in capsys.readouterr().err
