"""One step of a rollout: what is known goes in, moves or a reason to wait come out.

`docs/adr/0012-rollouts.md` has the states and what always holds. A step is small: whoever carries
it out writes its state, its moves and its events in one transaction and asks for the next one.
"""

from dataclasses import replace

from libs.kernel.rollouts import (
    ENDED,
    GateState,
    Occasion,
    RolloutPlan,
    RolloutState,
    Stage,
)
from libs.rollout import gating, moving, returning
from libs.rollout.failing import failure
from libs.rollout.look import Look
from libs.rollout.result import Step, Wait, WaitKind
from libs.rollout.sight import Moment, Sight

CHECKPOINT_S = 5.0
"""Watched time that a crash may lose; a soak is then so much longer."""

_SETTLED = Wait(WaitKind.NOTHING, "every cluster is where it should be")


def step(state: RolloutState | None, sight: Sight, now: Moment) -> Step:
    """Return what comes next."""
    if state is None:
        return _begin(0, sight.candidate, now) if sight.candidate else Step(None, wait=_SETTLED)
    look = Look(_aged(state, now.elapsed_s), sight, now)
    made = _next(look)
    written = made.moves or made.removed or made.events or made.state != look.state
    if made.state is None or not (written or now.elapsed_s >= CHECKPOINT_S):
        return replace(made, state=state)
    if not written and made.state == state:
        return made
    return replace(made, state=replace(made.state, generation=state.generation + 1))


def _next(look: Look) -> Step:
    state, newer = look.state, _newer(look)
    if state.stage in ENDED:
        return _begin(state.number, newer, look.now) if newer else Step(state, wait=_SETTLED)
    if state.stage is Stage.RETURNING:
        return returning.next_step(look)
    reason = failure(look)
    if reason and not state.held:
        return _failed(look, reason)
    if newer is not None and _may_be_superseded(look):
        return _superseded(look, newer)
    return _forward(look)


def _forward(look: Look) -> Step:
    state = look.state
    if state.paused:
        return Step(state, wait=Wait(WaitKind.PAUSED, f"paused by {state.paused}"))
    if state.held:
        return Step(state, wait=Wait(WaitKind.HELD, state.held))
    made = _STAGES[state.stage](look)
    return _failed(look, made) if isinstance(made, str) else made


_STAGES = {
    Stage.PENDING: moving.begin_wave,
    Stage.MOVING: moving.next_moves,
    Stage.SOAKING: moving.soak,
    Stage.GATING: gating.next_step,
}


def _failed(look: Look, reason: str) -> Step:
    """Go back, or leave it to a person where the strategy says so."""
    event = look.event(Occasion.FAILED, reason)
    if look.strategy.return_.automatic:
        return Step(returning.begun(look.state, reason), events=(event,))
    held = replace(look.state, held=reason, reason=reason)
    return Step(held, events=(event, look.event(Occasion.HELD, reason)))


def _newer(look: Look) -> RolloutPlan | None:
    candidate = look.sight.candidate
    same = candidate is None or candidate.revision == look.state.plan.revision
    return None if same else candidate


def _may_be_superseded(look: Look) -> bool:
    """A newer revision waits for the end of a wave, unless nothing goes on without a person."""
    state = look.state
    if look.nothing_moved:
        return True
    if look.strategy.supersede == "never" or state.paused:
        return False
    between = state.stage is Stage.PENDING or state.wave == len(state.plan.waves)
    return between or bool(state.held)


def _superseded(look: Look, plan: RolloutPlan) -> Step:
    """Begin anew with the newer plan; what somebody paused stays paused."""
    made = _begin(look.state.number, plan, look.now)
    if made.state is not None:
        made = replace(made, state=replace(made.state, paused=look.state.paused))
    event = look.event(Occasion.SUPERSEDED, f"revision {plan.revision} takes over")
    return replace(made, events=(event, *made.events))


def _begin(number: int, plan: RolloutPlan, now: Moment) -> Step:
    look = Look(RolloutState(number + 1, 1, plan), Sight(), now)
    names = ", ".join(one.name for one in plan.waves if one.clusters) or "no wave"
    return Step(look.entered(look.state), events=(look.event(Occasion.BEGUN, names),))


def _aged(state: RolloutState, elapsed_s: float) -> RolloutState:
    """Let watched time pass, where it counts."""
    if state.paused or state.held or state.stage in {*ENDED, Stage.PENDING}:
        return state
    soaking = elapsed_s if state.stage is Stage.SOAKING else 0.0
    return replace(
        state,
        watched_s=state.watched_s + soaking,
        idle_s=state.idle_s + elapsed_s,
        gates=tuple(_gate_aged(one, elapsed_s) for one in state.gates),
    )


def _gate_aged(gate: GateState, elapsed_s: float) -> GateState:
    return replace(gate, waited_s=gate.waited_s + elapsed_s)
