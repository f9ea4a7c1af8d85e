"""What is said of a round: one report from plan and outcome, for Store, command line and log."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace

from libs.kernel.ids import PlanHash, SetName
from libs.kernel.inventory import Action, ClusterReport, ObjectResult, RoundState, gravest
from libs.kernel.origins import ObjectKey
from libs.observed.health import Health, health_of
from libs.planning.plan import Plan, Step, is_confirmed, question
from libs.ports.kubecluster import LiveObject
from services.reconciler.execute import Outcome

RESULTS_MAX = 200
"""A report names so many objects at most; its counts are of all."""

_STATE_OF_HEALTH = {
    Health.IN_PROGRESS: RoundState.WAITING,
    Health.TERMINATING: RoundState.WAITING,
    Health.FAILED: RoundState.FAILED,
}


def reported(
    plan: Plan,
    outcome: Outcome,
    confirmed: PlanHash | None,
    lives: Mapping[ObjectKey, tuple[SetName, LiveObject]],
) -> ClusterReport:
    """Return how a round went. `lives` are the objects that the cluster should have, by set.

    Where something is held, the plan is what is left of it: that is what there is to confirm.
    """
    held = () if is_confirmed(plan, confirmed) else plan.held
    results = {one.key: one for one in _results(plan, outcome)}
    results |= {step.key: _held(step) for step in held}
    unhealthy = [one for one in _unhealthy(lives) if one.key not in results]
    counts = Counter(one.action for one in results.values())
    counts[Action.UNCHANGED] += plan.unchanged
    told = [*(one for one in results.values() if one.reason), *unhealthy]
    states = [one.state for one in told]
    if outcome.interrupted:
        states.append(RoundState.WAITING)
    return ClusterReport(
        plan.cluster,
        plan.revision,
        plan.generation,
        question(plan).hash if held else plan.hash,
        gravest(states),
        0.0,
        outcome.interrupted,
        {action: count for action, count in sorted(counts.items()) if count},
        tuple(sorted(told, key=_order)[:RESULTS_MAX]),
    )


def timed(
    report: ClusterReport,
    former: ClusterReport | None,
    now_s: float,
    redact: Callable[[str], str],
) -> ClusterReport:
    """Return a report without values of Secrets, with the time at which it began to hold.

    A round that found everything as it should be leaves the report that says how it became so.
    """
    clean = replace(
        report,
        reason=redact(report.reason),
        results=tuple(replace(one, reason=redact(one.reason)) for one in report.results),
    )
    if former is not None and (replace(former, at_s=0.0) == clean or _adds_nothing(clean, former)):
        return former
    return replace(clean, at_s=now_s)


def _adds_nothing(report: ClusterReport, former: ClusterReport) -> bool:
    same = (report.revision, report.generation) == (former.revision, former.generation)
    quiet = not report.results and report.counts.keys() <= {Action.UNCHANGED}
    return same and quiet and report.state is former.state is RoundState.DONE


def _results(plan: Plan, outcome: Outcome) -> Iterator[ObjectResult]:
    yield from plan.skipped
    yield from plan.forgotten
    for one in outcome.results:
        failed = one.action is Action.SKIPPED
        yield replace(one, state=RoundState.FAILED) if failed else one


def _held(step: Step) -> ObjectResult:
    reason = f"its deletion waits for a confirmation: {step.reason}"
    return ObjectResult(step.key, step.set, Action.SKIPPED, reason, RoundState.HELD)


def _unhealthy(
    lives: Mapping[ObjectKey, tuple[SetName, LiveObject]],
) -> Iterator[ObjectResult]:
    for key, (name, live) in lives.items():
        verdict = health_of(live)
        if verdict.health is not Health.CURRENT:
            state = _STATE_OF_HEALTH[verdict.health]
            reason = f"{verdict.health.value}: {verdict.reason}"
            yield ObjectResult(key, name, Action.UNCHANGED, reason, state)


def _order(one: ObjectResult) -> tuple[int, ObjectKey]:
    return -tuple(RoundState).index(one.state), one.key
