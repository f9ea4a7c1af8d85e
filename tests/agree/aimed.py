"""Which mistakes random pairs catch, with only those calls made that show one.

Of random configurations and calls, `libs/routing` says which calls a mistake would answer
otherwise. Those alone are made, a few for each mistake, and what a real Envoy does with them has to
contradict the mistaken side and no other. So a mistake that nothing shows is not caught, and
others are at little cost.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from libs.compile.world import World
from libs.routing.call import Call, call_from_fields
from libs.routing.decision import Decision, Verdict
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources, from_snapshot
from tests.agree.dice import Dice
from tests.agree.mutations import Mutation, applied
from tests.agree.observed import possible, promised
from tests.agree.observing import (
    CALLS_PER_TRIAL,
    Pair,
    Seen,
    compiled,
    running,
    world_of_trial,
)
from tests.agree.run import wrong
from tests.agree.scenes import Draw, in_turn
from tests.agree.trial import Ground, Trial, Workloads

CALLS_PER_MISTAKE = 4
TRIALS_MAX = 60


def _trials(found: Ground, seed: int, scenes: Mapping[Draw, int]) -> Iterator[Trial]:
    dice = Dice(seed)
    for _, scene in zip(range(TRIALS_MAX), in_turn(dice, scenes), strict=False):
        yield scene(dice, found, CALLS_PER_TRIAL)


def caught_in_evaluator(
    found: Ground, seed: int, mistakes: Iterable[Mutation], scenes: Mapping[Draw, int]
) -> frozenset[str]:
    """Return what the mistakes of the evaluator say that random pairs of a seed catch."""
    left = list(mistakes)
    caught: set[str] = set()
    for trial in _trials(found, seed, scenes):
        if not left:
            break
        snapshot = compiled(trial)
        resources = from_snapshot(snapshot)
        calls = [call_from_fields(one) for one in trial.calls]
        shown = {one.says: _shown(one, resources, calls, found.workloads) for one in left}
        made = list({id(call): call for some in shown.values() for call in some}.values())
        if not made:
            continue
        with running(snapshot):
            pairs = {id(one.call): one for one in Seen(trial, resources, found).pairs(made)}
        caught |= {
            one.says
            for one in left
            if any(_misjudged(pairs[id(call)], one) for call in shown[one.says])
        }
        left = [one for one in left if one.says not in caught]
    return frozenset(caught)


def _shown(
    mistake: Mutation, resources: Resources, calls: Sequence[Call], workloads: Workloads
) -> list[Call]:
    """Return a few calls of which the evaluator would say something else with the mistake."""
    right = [evaluate(resources, one) for one in calls]
    with applied(mistake):
        other = [evaluate(resources, one) for one in calls]
    return _differing(calls, right, other, workloads)


def _differing(
    calls: Sequence[Call],
    right: Sequence[Decision],
    other: Sequence[Decision],
    workloads: Workloads,
) -> list[Call]:
    found = (
        call
        for call, one, two in zip(calls, right, other, strict=True)
        if Verdict.NOT_DECIDED not in (one.verdict, two.verdict)
        and _promises(one, call, workloads) != _promises(two, call, workloads)
    )
    return [call for _, call in zip(range(CALLS_PER_MISTAKE), found, strict=False)]


def _promises(decision: Decision, call: Call, workloads: Workloads) -> list[object]:
    return [promised(one, call, workloads) for one in possible(decision)]


def _misjudged(pair: Pair, mistake: Mutation) -> bool:
    """Say whether the evaluator contradicts what Envoy did, and only with the mistake."""
    if wrong(pair, evaluate(pair.resources, pair.call)):
        return False
    with applied(mistake):
        return bool(wrong(pair, evaluate(pair.resources, pair.call)))


def caught_in_compiler(
    found: Ground, seed: int, slips: Iterable[Mutation], scenes: Mapping[Draw, int]
) -> frozenset[str]:
    """Return what the mistakes of the compiler say that random pairs of a seed catch.

    Envoy runs what a compiler with the mistake makes, and is judged by what the right one means.
    """
    left = list(slips)
    caught: set[str] = set()
    for trial in _trials(found, seed, scenes):
        if not left:
            break
        world = world_of_trial(trial)
        seen = Seen(trial, from_snapshot(compiled(trial, world)), found)
        caught |= {one.says for one in left if _is_caught(one, seen, world)}
        left = [one for one in left if one.says not in caught]
    return frozenset(caught)


def _is_caught(slip: Mutation, seen: Seen, world: World) -> bool:
    calls = [call_from_fields(one) for one in seen.trial.calls]
    with applied(slip):
        run = compiled(seen.trial, world)
    mistaken = from_snapshot(run)
    right = [evaluate(seen.resources, one) for one in calls]
    other = [evaluate(mistaken, one) for one in calls]
    made = _differing(calls, right, other, seen.found.workloads)
    if not made:
        return False
    with running(run):
        return any(wrong(one, evaluate(one.resources, one.call)) for one in seen.pairs(made))
