"""Gates that ask outside, over what the outside says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest

from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.rollouts import PlannedWave, RolloutPlan, RolloutState, Stage, Verdict
from libs.meshapi.rollout import Gate, HookGate, LiveGate, PrometheusGate
from libs.ports.gates import GateError
from services.rollout.asking import question_of
from services.rollout.outside import Outside

PLAN = RolloutPlan(
    RevisionId("r1"),
    RevisionId("r2"),
    "{}",
    (PlannedWave("canary", (ClusterName("c1"),)), PlannedWave("rest", (ClusterName("e1"),))),
    hash=PlanHash("p"),
)
QUESTION = question_of(RolloutState(1, 1, PLAN, Stage.GATING, 0), {}, [])


@dataclass(slots=True)
class World:
    """Metrics by query and one hook; nothing of it is there where it is not said."""

    series: Mapping[str, Sequence[float]] = field(default_factory=dict)
    says: Verdict | None = None
    told: Mapping[str, object] = field(default_factory=dict)

    def values(self, address: str, query: str, stale_s: float) -> Sequence[float]:
        """Return a series."""
        if query not in self.series:
            raise GateError(f"{address} answers {query} not within {stale_s} s")
        return self.series[query]

    def verdict(
        self, url: str, told: Mapping[str, object], timeout_s: float
    ) -> tuple[Verdict, str]:
        """Say what there is to say."""
        self.told = told
        if self.says is None:
            raise GateError(f"{url} answers not within {timeout_s} s")
        return self.says, "so"


def _metric(**more: object) -> Gate:
    gate = {"address": "http://p", "query": 'errors{c=~"%CLUSTERS%"}', "max": 2, **more}
    return Gate(name="rate", prometheus=PrometheusGate.model_validate(gate))


@pytest.mark.parametrize(("value", "verdict"), [(1.0, Verdict.SUCCESSFUL), (3.0, Verdict.FAILED)])
def test_a_query_is_about_the_clusters_of_the_wave(value: float, verdict: Verdict) -> None:
    """And its baseline about the others."""
    world = World({'errors{c=~"c1"}': [value], 'errors{c=~"e1"}': [1.0]})
    for gate in (_metric(), _metric(baseline='errors{c=~"%OTHERS%"}')):
        found = Outside(world, world).ask(gate, QUESTION)
        assert found is not None
        assert found.verdict is verdict


def test_what_cannot_be_asked_is_an_error() -> None:
    """Neither good nor bad."""
    world = World()
    for gate in (_metric(), Gate(name="hook", hook=HookGate(url="http://h"))):
        found = Outside(world, world).ask(gate, QUESTION)
        assert found is not None
        assert found.verdict is Verdict.ERROR
    assert Outside(world, world).ask(Gate(name="live", live=LiveGate()), QUESTION) is None


def test_a_hook_is_told_what_it_decides_about() -> None:
    """Its verdict is the gate's."""
    world = World(says=Verdict.FAILED)
    found = Outside(world, world).ask(Gate(name="hook", hook=HookGate(url="http://h")), QUESTION)
    assert found is not None
    assert found.verdict is Verdict.FAILED
    assert world.told == {
        "gate": "hook",
        "rollout": 1,
        "plan": "p",
        "base": "r1",
        "revision": "r2",
        "wave": "canary",
        "clusters": ["c1"],
    }
