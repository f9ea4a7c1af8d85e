"""Who answers which gate."""

from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.rollouts import PlannedWave, RolloutPlan, RolloutState, Stage, Verdict
from libs.meshapi.rollout import ConditionGate, Gate, LiveGate
from libs.rollout.standing import Place, Standing
from services.rollout.asking import answer, question_of
from services.rollout.tests.places import proxy

C1, E1 = ClusterName("c1"), ClusterName("e1")
PLAN = RolloutPlan(
    RevisionId("r1"),
    RevisionId("r2"),
    "{}",
    (PlannedWave("canary", (C1,)), PlannedWave("rest", (E1,))),
    hash=PlanHash("p"),
)
STANDINGS = {C1: Standing(Place.THERE), E1: Standing(Place.REFUSED, "no")}
PROXIES = [proxy("c1", "r2"), proxy("e1", "r1")]


def test_a_gate_of_a_wave_is_about_its_clusters() -> None:
    """One behind the last wave is about all."""
    gate = Gate(name="live", live=LiveGate())
    nothing = Verdict.INCONCLUSIVE
    for wave, verdict in enumerate((Verdict.SUCCESSFUL, nothing, nothing)):
        question = question_of(RolloutState(1, 1, PLAN, Stage.GATING, wave), STANDINGS, PROXIES)
        assert answer(gate, question, ()).verdict is verdict
    at_end = RolloutState(1, 1, PLAN, Stage.GATING, 2)
    assert question_of(at_end, STANDINGS, PROXIES).clusters == (C1, E1)


def test_conditions_are_those_of_the_clusters() -> None:
    """The wave's standings say it."""
    gate = Gate(name="ready", condition=ConditionGate(type="Ready"))
    for wave, verdict in ((0, Verdict.SUCCESSFUL), (1, Verdict.FAILED)):
        question = question_of(RolloutState(1, 1, PLAN, Stage.GATING, wave), STANDINGS, PROXIES)
        assert answer(gate, question, ()).verdict is verdict
