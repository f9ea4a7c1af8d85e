"""Gates at the end of a wave and of a rollout: which are asked, and what their answers mean.

A gate opens after so many successful answers in a row. What says nothing (Inconclusive) opens no
gate and closes none: it is asked again, and in the end a person decides. What cannot be asked
(Error) has a budget of its own.
"""

from dataclasses import replace

from libs.kernel.rollouts import GateState, Occasion, RolloutEvent, Stage, Verdict
from libs.meshapi.rollout import Gate
from libs.rollout.look import Look
from libs.rollout.moving import deadline_s, passed
from libs.rollout.result import Step, Wait, WaitKind
from libs.rollout.sight import Measurement

INTERVAL_S = 5.0
"""Time between two questions where a gate does not say it."""
ERRORS_MAX = 4
"""Errors in a row that a gate may give where it does not say it."""


def next_step(look: Look) -> Step | str:
    """Take answers in, and go on where every gate is open; a text says why one has failed."""
    rules = {one.name: one for one in look.gates}
    before = look.state.gates
    after = tuple(_answered(one, look.sight.answers.get(one.name)) for one in before)
    for one in after:
        reason = _failed(one, rules.get(one.name))
        if reason:
            return reason
    if all(is_open(one, rules.get(one.name)) for one in after):
        return _through(look)
    events = tuple(
        _told(look, one) for one, was in zip(after, before, strict=True) if _is_news(one, was)
    )
    progress = sum(one.successes for one in after) > sum(one.successes for one in before)
    state = replace(look.state, gates=after, idle_s=0.0 if progress else look.state.idle_s)
    overdue = _overdue(look, after, rules, state.idle_s)
    if overdue is not None and overdue.verdict is Verdict.INCONCLUSIVE:
        text = f"gate {overdue.name} says nothing: {overdue.reason}"
        held = replace(state, held=text, reason=text)
        return Step(held, events=(*events, look.event(Occasion.HELD, text)))
    if overdue is not None:
        return f"gate {overdue.name} did not open in time: {overdue.reason or 'no answer'}"
    due = tuple(one.name for one in after if is_due(one, rules.get(one.name)))
    closed = [one for one in after if not is_open(one, rules.get(one.name))]
    return Step(state, asks=due, wait=Wait(WaitKind.GATE, _waiting(closed)), events=events)


def is_open(state: GateState, gate: Gate | None) -> bool:
    """Say whether a gate has opened; one that no rule knows any more holds nobody up."""
    return gate is None or state.skipped or state.successes >= _count(gate)


def is_due(state: GateState, gate: Gate | None) -> bool:
    """Say whether a gate is to be asked now."""
    if is_open(state, gate):
        return False
    return state.verdict is None or state.waited_s >= interval_s(gate)


def interval_s(gate: Gate | None) -> float:
    """Return the seconds between two questions."""
    written = gate.prometheus.interval if gate is not None and gate.prometheus else None
    return written.total_seconds() if written else INTERVAL_S


def _answered(state: GateState, answer: Measurement | None) -> GateState:
    if answer is None or state.skipped:
        return state
    good = answer.verdict is Verdict.SUCCESSFUL
    wrong = answer.verdict is Verdict.ERROR
    return replace(
        state,
        successes=state.successes + 1 if good else 0,
        errors=state.errors + 1 if wrong else 0,
        verdict=answer.verdict,
        reason=answer.reason,
        waited_s=0.0,
    )


def _failed(state: GateState, gate: Gate | None) -> str:
    if gate is None or state.skipped:
        return ""
    if state.verdict is Verdict.FAILED:
        return f"gate {state.name} failed: {state.reason}"
    if state.errors > _errors_max(gate):
        return f"gate {state.name} could not be asked {state.errors} times: {state.reason}"
    return ""


def _through(look: Look) -> Step:
    if look.state.wave < len(look.state.plan.waves):
        return passed(look, ", ".join(f"{one.name} open" for one in look.state.gates))
    plan = look.state.plan
    gone = tuple(one for one in plan.departed if one in look.sight.targets)
    done = replace(look.state, stage=Stage.DONE, reason="")
    return Step(done, removed=gone, events=(look.event(Occasion.DONE),))


def _overdue(
    look: Look, gates: tuple[GateState, ...], rules: dict[str, Gate], idle_s: float
) -> GateState | None:
    """Return the gate that has had its time, one that says nothing last."""
    late = [
        one
        for one in gates
        if not is_open(one, rules.get(one.name)) and idle_s >= _patience_s(look, rules[one.name])
    ]
    late.sort(key=lambda one: one.verdict is Verdict.INCONCLUSIVE)
    return late[0] if late else None


def _patience_s(look: Look, gate: Gate) -> float:
    written = gate.live.timeout if gate.live is not None else None
    return written.total_seconds() if written else deadline_s(look)


def _count(gate: Gate) -> int:
    return gate.prometheus.count if gate.prometheus is not None else 1


def _errors_max(gate: Gate) -> int:
    return gate.prometheus.errors_max if gate.prometheus is not None else ERRORS_MAX


def _is_news(after: GateState, before: GateState) -> bool:
    return (after.verdict, after.reason) != (before.verdict, before.reason)


def _told(look: Look, gate: GateState) -> RolloutEvent:
    verdict = gate.verdict.value if gate.verdict else ""
    return look.event(Occasion.GATE, f"{gate.name}: {verdict} {gate.reason}".strip())


def _waiting(gates: list[GateState]) -> str:
    told = [
        f"{one.name} ({one.verdict.value}: {one.reason})" if one.verdict else one.name
        for one in gates
    ]
    return f"gates: {', '.join(told)}"
