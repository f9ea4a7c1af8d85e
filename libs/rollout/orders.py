"""What a person may tell a rollout, and what becomes of it. Each is told with who and why."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from libs.kernel.ids import PlanHash
from libs.kernel.looperrors import TransientError
from libs.kernel.rollouts import Approval, Occasion, RolloutEvent, RolloutState, Stage
from libs.ports.store import StaleGenerationError, Store
from libs.rollout import returning
from libs.rollout.approving import fault
from libs.rollout.look import Look
from libs.rollout.sight import Moment, Sight

ATTEMPTS_MAX = 20
SOAK = "soak"
"""What `skip` calls the soak of a wave; every other name is that of a gate."""


class RefusedOrderError(Exception):
    """The order does not fit the rollout as it is; one sentence for the person."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who gives an order, with the groups that somebody trustworthy says of them."""

    name: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ordered:
    """What an order makes of a rollout; one write."""

    state: RolloutState
    event: RolloutEvent


Order = Callable[[RolloutState, Person, str, float], Ordered]
"""An order: state, who, why, and seconds since the epoch in, the next state out.

Raises RefusedOrderError where it does not fit.
"""


def give(store: Store, order: Order, person: Person, why: str, at_s: float) -> RolloutState:
    """Give an order to the rollout that is under way; return what became of it.

    Raises RefusedOrderError where it does not fit, and what the Store raises.
    """
    for _ in range(ATTEMPTS_MAX):
        state = store.rollout()
        if state is None:
            raise RefusedOrderError("there is no rollout")
        made = order(state, person, why, at_s)
        try:
            store.advance_rollout(made.state, events=[made.event])
        except StaleGenerationError:
            continue
        return made.state
    raise TransientError("the rollout moves faster than an order can be written")


def pause(state: RolloutState, person: Person, why: str, at_s: float) -> Ordered:
    """Let nothing move until somebody resumes; a way back goes on."""
    _under_way(state)
    if state.stage is Stage.RETURNING:
        raise RefusedOrderError("the rollout is on its way back, which nothing pauses")
    if state.paused:
        raise RefusedOrderError(f"the rollout is paused already, by {state.paused}")
    told = f"{person.name}: {why}" if why else person.name
    return _ordered(state, replace(state, paused=told), (Occasion.PAUSED, person, why, at_s))


def resume(state: RolloutState, person: Person, why: str, at_s: float) -> Ordered:
    """Go on after a pause, or try once more what a person had to decide."""
    _under_way(state)
    if not state.paused and not state.held:
        raise RefusedOrderError("the rollout is neither paused nor held")
    gates = tuple(replace(one, verdict=None, errors=0) for one in state.gates)
    after = replace(state, paused="", held="", idle_s=0.0, gates=gates)
    return _ordered(state, after, (Occasion.RESUMED, person, why, at_s))


def abort(state: RolloutState, person: Person, why: str, at_s: float) -> Ordered:
    """Take everything back that was moved."""
    _under_way(state)
    if state.stage is Stage.RETURNING:
        raise RefusedOrderError("the rollout is on its way back already")
    if state.plan.base is None:
        raise RefusedOrderError("nothing ran before this rollout; there is no way back")
    after = returning.begun(state, f"aborted by {person.name}: {why}")
    return _ordered(state, after, (Occasion.ABORTED, person, why, at_s))


def approval_of(plan: PlanHash) -> Order:
    """Return the order to approve the present wave of exactly this plan."""

    def approve(state: RolloutState, person: Person, why: str, at_s: float) -> Ordered:
        _under_way(state)
        if state.stage is not Stage.PENDING:
            raise RefusedOrderError("no wave waits for an approval")
        given = Approval(person.name, person.groups, plan, state.wave, at_s)
        reason = fault(Look(state, Sight(), Moment(at_s)), given)
        if reason:
            raise RefusedOrderError(f"the approval does not count: {reason}")
        others = tuple(
            one for one in state.approvals if (one.who, one.wave) != (person.name, state.wave)
        )
        after = replace(state, approvals=(*others, given))
        return _ordered(state, after, (Occasion.APPROVED, person, why, at_s))

    return approve


def skip_of(what: str) -> Order:
    """Return the order to do without a gate of the wave, or without what is left of its soak."""

    def skip(state: RolloutState, person: Person, why: str, at_s: float) -> Ordered:
        _under_way(state)
        if not why:
            raise RefusedOrderError("whoever skips something says why; write a reason")
        after = _without_soak(state) if what == SOAK else _without_gate(state, what)
        told = f"{what}: {why}"
        return _ordered(state, after, (Occasion.SKIPPED, person, told, at_s))

    return skip


def _without_soak(state: RolloutState) -> RolloutState:
    if state.stage is not Stage.SOAKING:
        raise RefusedOrderError("the wave does not soak now")
    rules = Look(state, Sight(), Moment(0.0)).rules
    whole = rules.soak.total_seconds() if rules.soak else 0.0
    return replace(state, watched_s=whole)


def _without_gate(state: RolloutState, name: str) -> RolloutState:
    known = [one.name for one in state.gates]
    if name not in known:
        listed = ", ".join(known) or "none"
        raise RefusedOrderError(f"no gate {name} is asked now; those that are: {listed}")
    gates = tuple(replace(one, skipped=one.skipped or one.name == name) for one in state.gates)
    return replace(state, gates=gates, held="")


def _under_way(state: RolloutState) -> None:
    if state.is_over:
        raise RefusedOrderError(f"no rollout is under way; the last one is {state.stage.value}")


def _ordered(
    before: RolloutState, after: RolloutState, told: tuple[Occasion, Person, str, float]
) -> Ordered:
    occasion, person, why, at_s = told
    waves = before.plan.waves
    wave = waves[before.wave].name if before.wave < len(waves) else ""
    event = RolloutEvent(
        before.number, at_s, before.plan.hash, occasion, wave=wave, who=person.name, why=why
    )
    return Ordered(replace(after, generation=before.generation + 1), event)
