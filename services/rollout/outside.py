"""Gates that ask outside of the Store: Prometheus and hooks."""

from dataclasses import dataclass

from libs.kernel.rollouts import Verdict
from libs.meshapi.rollout import Gate, HookGate, PrometheusGate
from libs.ports.gates import GateError, Hooks, Metrics
from libs.rollout.gating import interval_s
from libs.rollout.metrics import filled, judged
from libs.rollout.sight import Measurement
from services.rollout.asking import Question

STALE_S_MIN = 30.0
"""Values of so many seconds ago still count, or of two intervals of a gate with longer ones."""
HOOK_TIMEOUT_S = 5.0


@dataclass(frozen=True, slots=True)
class Outside:
    """Asks metrics and hooks. What cannot be asked is an Error, never a good answer."""

    metrics: Metrics
    hooks: Hooks

    def ask(self, gate: Gate, question: Question) -> Measurement | None:
        """Return the answer; None for other gates."""
        try:
            if gate.prometheus is not None:
                return self._metric(gate.prometheus, interval_s(gate), question)
            if gate.hook is not None:
                return self._hook(gate.name, gate.hook, question)
        except GateError as error:
            return Measurement(Verdict.ERROR, str(error))
        return None

    def _metric(self, gate: PrometheusGate, every_s: float, question: Question) -> Measurement:
        plan = question.rollout.plan
        mine = set(question.clusters)
        others = [one for wave in plan.waves for one in wave.clusters if one not in mine]
        stale_s = max(STALE_S_MIN, 2 * every_s)

        def values(query: str) -> list[float]:
            whole = filled(query, mine, others, plan.revision)
            return list(self.metrics.values(gate.address, whole, stale_s))

        baseline = values(gate.baseline) if gate.baseline else None
        return judged(gate, values(gate.query), baseline)

    def _hook(self, name: str, gate: HookGate, question: Question) -> Measurement:
        state = question.rollout
        waves = state.plan.waves
        told = {
            "gate": name,
            "rollout": state.number,
            "plan": state.plan.hash,
            "base": state.plan.base,
            "revision": state.plan.revision,
            "wave": waves[state.wave].name if state.wave < len(waves) else "",
            "clusters": list(question.clusters),
        }
        timeout_s = gate.timeout.total_seconds() if gate.timeout else HOOK_TIMEOUT_S
        return Measurement(*self.hooks.verdict(gate.url, told, timeout_s))
