"""Tests of plan, apply and drift without a server; `tests/e2e` asks real ones."""

import json
from pathlib import Path

import pytest

from tools.cli.main import main
from tools.cli.tests.clusterfleets import CLUSTER, FLEET


@pytest.fixture
def fleet(tmp_path: Path) -> list[str]:
    """Arguments that mean a fleet whose only cluster is nowhere."""
    (tmp_path / "fleet.yaml").write_text(FLEET)
    folder = tmp_path / "clusters" / "one"
    folder.mkdir(parents=True)
    (folder / "cluster.yaml").write_text(CLUSTER % ("one", "context: one"))
    (tmp_path / "empty").write_text("")
    state = ["--state", str(tmp_path / "state")]
    return [str(tmp_path), *state, "--kubeconfig", str(tmp_path / "nowhere")]


@pytest.mark.parametrize("command", ["plan", "apply", "drift"])
def test_a_cluster_that_nobody_reaches_is_an_answer(
    command: str, fleet: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """The reason is given for this cluster, on stderr and as JSON, and the status is 1."""
    assert main([command, *fleet, "-o", "json"]) == 1
    said = capsys.readouterr()
    (found,) = json.loads(said.out)["clusters"]
    assert found["cluster"] == "one"
    assert "nowhere" in found["error"]
    assert "cluster one" in said.err


def test_a_fleet_without_api_servers_is_unusable(
    fleet: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    """One sentence says what to write."""
    file = Path(fleet[0]) / "clusters" / "one" / "cluster.yaml"
    file.write_text(CLUSTER % ("one", "static: {}"))
    assert main(["plan", *fleet]) == 2
    assert "spec: {connection: {context: NAME}}" in capsys.readouterr().err
