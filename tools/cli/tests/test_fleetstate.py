"""`periplus status` over a real database."""

import json
from dataclasses import replace
from pathlib import Path

import pytest

from libs.kernel.ids import (
    CommitId,
    SetName,
)
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import Origin
from libs.kernel.proxies import SyncStatus
from libs.kernel.revisions import Refusal, SourceState
from tools.cli.main import main
from tools.cli.tests.proxystates import COMMIT, FLEET, PROXY, seed, stored

REFUSAL = Refusal(
    FLEET,
    SetName("bookinfo"),
    CommitId("d" * 40),
    (Message("PER0101", Level.ERROR, MessageClass.OBJECT, Origin("a.yaml", 3, 2), "write it so"),),
)


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Make a state folder with one revision that is live on one proxy."""
    return seed(tmp_path)


def test_a_fleet_that_follows_is_fine(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """With everything live the status is 0 and says revision, target and proxies."""
    assert main(["status", "--state", str(state)]) == 0
    assert capsys.readouterr().out.splitlines() == [
        "source fleet: at commit cccccccccccc",
        "revision r1: generation 1, commit cccccccccccc",
        "  note: history was rewritten",
        "cluster cluster1: target r1",
        "proxies: 1 connected, 0 behind",
    ]


def test_a_refusal_is_said_with_its_place(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A refused set makes the answer no, and its sentences are shown."""
    stored(state).record_source(SourceState(FLEET, COMMIT, (REFUSAL,)))
    assert main(["status", "--state", str(state)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[1:3] == ["  refused: bookinfo", "    a.yaml:3:2: error PER0101: write it so"]


def test_a_fault_of_the_source_is_said(state: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A repository that cannot be read makes the answer no."""
    stored(state).record_source(SourceState(FLEET, COMMIT, fault="the branch is gone"))
    assert main(["status", "--state", str(state)]) == 1
    assert "  fault: the branch is gone" in capsys.readouterr().out


def test_a_proxy_behind_its_target_is_named(
    state: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A connected proxy without its target's revision makes the answer no."""
    stored(state).record_proxies([replace(PROXY, live_revision=None, live_at_s=None)])
    assert main(["status", "--state", str(state), "-o", "json"]) == 1
    content = json.loads(capsys.readouterr().out)
    assert content["proxies"] == {"connected": 1, "behind": [PROXY.id]}
    assert content["good"] is False


def test_a_proxy_that_left_holds_nothing_up(state: Path) -> None:
    """A proxy without a stream is not waited for."""
    stored(state).record_proxies([replace(PROXY, status=SyncStatus.GONE, live_revision=None)])
    assert main(["status", "--state", str(state)]) == 0


def test_an_empty_store_is_not_an_error(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before the first commit was looked at, that is what is said."""
    stored(tmp_path)
    assert main(["status", "--state", str(tmp_path)]) == 0
    assert "no revision has been accepted yet" in capsys.readouterr().out
