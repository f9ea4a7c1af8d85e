"""Which mistakes random pairs catch, with only those calls made that show one.

Of random configurations and calls, `libs/routing` says which calls a mistake would answer
otherwise. Those alone are made, a few for each mistake, and what a real Envoy does with them has to
contradict the mistaken side and no other. So a mistake that nothing shows is not caught, and
others are at little cost.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

from libs.compile.world import World, build_world
from libs.kernel.xds import Snapshot
from libs.routing.call import Call, call_from_fields
from libs.routing.decision import Verdict
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources, from_snapshot
from tests.agree.client import Facts
from tests.agree.dice import Dice
from tests.agree.mutations import Mutation, applied
from tests.agree.observed import AGAIN_MAX, possible, promised
from tests.agree.observing import (
    Pair,
    RefusedError,
    Seen,
    compiled,
    running,
    world_of_trial,
)
from tests.agree.run import wrong
from tests.agree.scenes import BY_NAME
from tests.agree.trial import Ground, Trial, Workloads

CALLS_PER_MISTAKE = 4
TRIALS_MAX = 30
_CALLS_DRAWN = 150
"""Most are not made, so that a configuration may have many."""


def _trials(found: Ground, seed: int, scene: str) -> Iterator[Trial]:
    dice = Dice(seed)
    for _ in range(TRIALS_MAX):
        yield BY_NAME[scene](dice, found, _CALLS_DRAWN)


@dataclass(frozen=True, slots=True)
class _Asked:
    """The calls of a trial, with what the right evaluator promises of each that it decides."""

    seen: Seen
    promises: Sequence[tuple[Call, list[Facts]]]

    def contradicted(self, resources: Resources) -> list[Call]:
        """Return a few calls of which something else is promised now, by these resources."""
        differing = (
            call
            for call, right in self.promises
            if right != (other := _promises(resources, call, self.seen.found.workloads)) and other
        )
        return list(islice(differing, CALLS_PER_MISTAKE))


def _asked(seen: Seen) -> _Asked:
    calls = [call_from_fields(one) for one in seen.trial.calls]
    known = ((one, _promises(seen.resources, one, seen.found.workloads)) for one in calls)
    return _Asked(seen, [(call, promises) for call, promises in known if promises])


def _promises(resources: Resources, call: Call, workloads: Workloads) -> list[Facts]:
    """Return what may come of a call; nothing where nobody can say."""
    decision = evaluate(resources, call)
    if decision.verdict is Verdict.NOT_DECIDED:
        return []
    return [promised(one, call, workloads) for one in possible(decision)]


def caught_in_evaluator(
    found: Ground, seed: int, scene: str, mistakes: Iterable[Mutation]
) -> frozenset[str]:
    """Return what the mistakes of the evaluator say that random pairs of a seed catch."""
    left = list(mistakes)
    caught: set[str] = set()
    for trial in _trials(found, seed, scene):
        if not left:
            break
        snapshot = compiled(trial)
        asked = _asked(Seen(trial, from_snapshot(snapshot), found))
        shown = {one.says: _shown(one, asked) for one in left}
        made = list({id(call): call for some in shown.values() for call in some}.values())
        if not made:
            continue
        with running(snapshot):
            again = asked.seen.pairs(made, again=AGAIN_MAX)
            pairs = {id(one.call): one for one in again}
        caught |= {
            one.says
            for one in left
            if any(_misjudged(pairs[id(call)], one) for call in shown[one.says])
        }
        left = [one for one in left if one.says not in caught]
    return frozenset(caught)


def _shown(mistake: Mutation, asked: _Asked) -> list[Call]:
    """Return a few calls of which the evaluator would say something else with the mistake."""
    with applied(mistake):
        return asked.contradicted(asked.seen.resources)


def _misjudged(pair: Pair, mistake: Mutation) -> bool:
    """Say whether the evaluator contradicts what Envoy did, and only with the mistake."""
    if wrong(pair, evaluate(pair.resources, pair.call)):
        return False
    with applied(mistake):
        return bool(wrong(pair, evaluate(pair.resources, pair.call)))


def caught_in_compiler(
    found: Ground, seed: int, scene: str, slips: Iterable[Mutation]
) -> frozenset[str]:
    """Return what the mistakes of the compiler say that random pairs of a seed catch.

    Envoy runs what a compiler with the mistake makes, and is judged by what the right one means.
    """
    left = list(slips)
    caught: set[str] = set()
    for trial in _trials(found, seed, scene):
        if not left:
            break
        world = world_of_trial(trial)
        asked = _asked(Seen(trial, from_snapshot(compiled(trial, world)), found))
        caught |= {one.says for one in left if _is_caught(one, asked, world)}
        left = [one for one in left if one.says not in caught]
    return frozenset(caught)


def _is_caught(slip: Mutation, asked: _Asked, world: World) -> bool:
    """Say whether a trial shows a mistake; what could not be served at all shows nothing."""
    placed = ((world.objects.find(key), origin) for key, origin in world.origins.items())
    objects = [(one, origin) for one, origin in placed if one is not None]
    with applied(slip), suppress(RefusedError):
        mistaken = build_world(objects, world.cluster, world.settings)
        return _shows(compiled(asked.seen.trial, mistaken), asked)
    return False


def _shows(run: Snapshot, asked: _Asked) -> bool:
    made = asked.contradicted(from_snapshot(run))
    if not made:
        return False
    with running(run):
        pairs = list(asked.seen.pairs(made, again=AGAIN_MAX))
    return any(wrong(one, evaluate(one.resources, one.call)) for one in pairs)
