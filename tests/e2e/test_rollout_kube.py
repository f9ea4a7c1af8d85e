"""A rollout over three real API servers, one of which is away when the gate fails."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.adapters.system.clock import SystemClock
from libs.adapters.system.steps import NoSteps
from libs.kernel.rollouts import Stage, Verdict
from libs.meshapi.rollout import Gate
from libs.rollout.sight import Measurement
from services.rollout.asking import Question
from services.rollout.onepass import Service
from tests.e2e.kubestack import KubeStack, config_map, running, until, value
from tools.kubeapi.fleet import Fleet

CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: %s, labels: {wave: %s}}
spec: {connection: {context: %s}}
"""
STRATEGY = {
    "waves": [
        {
            "name": "canary",
            "clusters": {"matchLabels": {"wave": "canary"}},
            "gates": [{"name": "hook", "hook": {"url": "http://hook"}}],
        },
        {"name": "rest", "gates": [{"name": "ready", "condition": {"type": "Ready"}}]},
    ],
    "budget": {"clusters": 1},
}


class Hook:
    """A service that waits for a person to say something."""

    def __init__(self) -> None:
        """Say nothing yet."""
        self.says = Verdict.INCONCLUSIVE

    def ask(self, gate: Gate, question: Question) -> Measurement | None:
        """Answer what there is to answer."""
        return Measurement(self.says, "so") if gate.hook and question.clusters else None


@pytest.fixture
def three(kube_fleet: Fleet, tmp_path: Path) -> Iterator[KubeStack]:
    """Three clusters that follow one repository."""
    with running(kube_fleet, tmp_path, 3) as stack:
        yield stack


def _files(stack: KubeStack, text: str) -> dict[str, bytes | None]:
    """Return a repository with a strategy: the first two clusters are the canary."""
    waves = ("canary", "canary", "rest")
    clusters = {
        f"clusters/{one.name}/cluster.yaml": (CLUSTER % (one.name, wave, one.name)).encode()
        for one, wave in zip(stack.servers, waves, strict=True)
    }
    settings = f"\n  rollout: {json.dumps(STRATEGY)}"
    files = stack.files(config_map("a", text))
    fleet = files["fleet.yaml"]
    assert fleet is not None
    return {**files, **clusters, "fleet.yaml": fleet + settings.encode()}


def test_what_a_gate_refuses_goes_back_also_where_nobody_could_be_reached(
    three: KubeStack,
) -> None:
    """The canary has what it had before, and so has the cluster that was away, once it is back."""
    hook = Hook()
    service = Service(three.watched.store, SystemClock(), NoSteps(), (hook,))

    def values() -> list[str | None]:
        service.one_pass()
        three.workers.follow()
        return [value(one, "a") for one in three.servers]

    def stage() -> Stage:
        service.one_pass()
        three.workers.follow()
        state = three.watched.store.rollout()
        assert state is not None
        return state.stage

    three.watched.push(_files(three, "1"))
    until("the first commit is everywhere", lambda: values() == ["1", "1", "1"])
    three.watched.push(_files(three, "2"))
    until("the canary has the change", lambda: values() == ["2", "2", "1"])
    until("the gate is asked", lambda: stage() is Stage.GATING)
    away = three.servers[1]
    away.pause()
    try:
        hook.says = Verdict.FAILED
        former = three.watched.newest.parent
        until("it goes back", lambda: stage() in {Stage.RETURNED, Stage.RETURNING})
        until("the canary is as before", lambda: value(three.servers[0], "a") == "1")
        assert {one.revision for one in three.watched.store.targets().values()} == {former}
    finally:
        away.resume()
    until("the cluster that was away is as before", lambda: values() == ["1", "1", "1"])
    until("the rollout is over", lambda: stage() is Stage.RETURNED)
    state = three.watched.store.rollout()
    assert state is not None
    assert state.reason == "gate hook failed: so"
