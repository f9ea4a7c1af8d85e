"""Draws trials and makes their calls to real Envoys."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

from libs.compile.memo import Memo
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.world import World, changed_world
from libs.envoy.staticform import static_bootstrap
from libs.kernel.xds import Snapshot
from libs.routing.call import Call, call_from_fields
from libs.routing.dump import from_dump
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources, from_snapshot
from tests.agree.client import Facts, ask
from tests.agree.dice import Dice
from tests.agree.observed import header_names, repeats
from tests.agree.redirection import reading_lines
from tests.agree.scenes import SCENES, Draw, in_turn
from tests.agree.trial import Ground, Trial, Workloads
from tests.casefile import world_of
from tools.child.process import ChildError
from tools.envoy.process import EnvoyProcess

CALLS_PER_TRIAL = 30
_CALLS_AT_ONCE = 12
"""Calls that are delayed wait beside each other."""
Without = Callable[[], Mapping[str, Resources]]


class RefusedError(Exception):
    """A random configuration that is not fit to be served, or that Envoy refused."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A call, the resources it was made against, and what Envoy did.

    `without` tells what the proxy would have without each of its EnvoyFilters, by their names;
    `dumped` is what Envoy says of its configuration, where it was asked.
    """

    resources: Resources
    call: Call
    workloads: Workloads
    got: Facts
    trial: Trial
    without: Without
    dumped: Resources | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What the answer to a call tells: headers, and how often it has to be made again."""

    headers: list[str]
    again: int


def observe(
    found: Ground,
    seed: int,
    pairs: int,
    scenes: Mapping[Draw, int] = SCENES,
    *,
    dumps: bool = False,
) -> Generator[Pair, None, None]:
    """Draw configurations and calls from a seed and make the calls, of the scenes in turn.

    Raises RefusedError for a configuration that does not get as far as a running Envoy.
    """
    dice = Dice(seed)
    for scene in in_turn(dice, scenes):
        if pairs <= 0:
            return
        count = min(pairs, CALLS_PER_TRIAL)
        yield from _observed(scene(dice, found, count), found, dumps=dumps)
        pairs -= count


def _observed(trial: Trial, found: Ground, *, dumps: bool) -> Iterator[Pair]:
    snapshot = compiled(trial)
    resources = from_snapshot(snapshot)
    calls = [call_from_fields(one) for one in trial.calls]
    seen = Seen(trial, resources, found)
    with running(snapshot) as envoy:
        dumped = from_dump(envoy.admin.get("/config_dump?include_eds")) if dumps else None
        yield from seen.pairs(calls, dumped)


@dataclass(frozen=True, slots=True)
class Seen:
    """A trial whose Envoy runs, with the resources that its calls are judged by."""

    trial: Trial
    resources: Resources
    found: Ground

    def pairs(
        self, calls: Sequence[Call], dumped: Resources | None = None, again: int = 0
    ) -> Iterator[Pair]:
        """Make calls, many at a time, and each at least so often again."""
        make = partial(self._pair, cache(partial(_without_each, self.trial)), dumped)
        # Here, and not beside others: whoever reads the pairs may change the evaluator meanwhile.
        decided = [evaluate(self.resources, one) for one in calls]
        told = [
            Told(header_names(one, call), max(again, repeats(one)))
            for one, call in zip(decided, calls, strict=True)
        ]
        with ThreadPoolExecutor(_CALLS_AT_ONCE) as pool:
            yield from pool.map(make, calls, told)

    def _pair(self, without: Without, dumped: Resources | None, call: Call, told: Told) -> Pair:
        folder, introduced = Path(self.found.folder), self.trial.introduced
        got = ask(call, told.headers, folder, introduced, again=told.again)
        workloads = self.found.workloads
        return Pair(self.resources, call, workloads, got, self.trial, without, dumped)


@contextmanager
def running(snapshot: Snapshot) -> Iterator[EnvoyProcess]:
    """Run an Envoy with a view. Raises RefusedError where it does not take it."""
    with ExitStack() as stack:
        try:
            config = reading_lines(static_bootstrap(snapshot))
            envoy = stack.enter_context(EnvoyProcess(config))
            envoy.wait_ready()
        except ChildError as error:
            raise RefusedError(str(error)) from error
        yield envoy


def _without_each(trial: Trial) -> Mapping[str, Resources]:
    """Return what the proxy would have without each of the EnvoyFilters."""
    world, memo = world_of_trial(trial), Memo()
    made, known = {}, None
    for key in world.origins:
        if key.kind == "EnvoyFilter":
            without = compile_snapshot(changed_world(world, [key], ()), trial.proxy, memo)
            read = from_snapshot(without.snapshot, known)
            known = without.snapshot, read
            made[key.name] = read
    return made


def world_of_trial(trial: Trial) -> World:
    """Return the world of a trial. Raises RefusedError where `check` would refuse it."""
    try:
        return world_of(trial.text, "random.yaml", mesh=trial.settings)
    except ValueError as error:
        raise RefusedError(str(error)) from error


def compiled(trial: Trial, world: World | None = None) -> Snapshot:
    """Compile what a trial's proxy gets; `world` is the trial's, where somebody has it already.

    Raises RefusedError where the view is not fit to be served.
    """
    try:
        return compile_snapshot(world or world_of_trial(trial), trial.proxy).snapshot
    except CompileError as error:
        raise RefusedError(str(error)) from error
