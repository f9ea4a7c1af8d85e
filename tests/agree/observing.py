"""Draws trials and makes their calls to real Envoys."""

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path

from libs.compile.memo import Memo
from libs.compile.snapshot import CompileError, compile_snapshot
from libs.compile.world import World, changed_world
from libs.envoy.staticform import static_bootstrap
from libs.kernel.xds import Snapshot
from libs.routing.call import Call, call_from_fields
from libs.routing.decision import Decision
from libs.routing.dump import from_dump
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources, from_snapshot
from tests.agree.balance import DRAWN_PER_CALL, DRAWN_PER_TRIAL, Balance
from tests.agree.client import Facts, ask
from tests.agree.dice import Dice
from tests.agree.observed import header_names, repeats
from tests.agree.onway import Way
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


def outcome(decision: Decision) -> str:
    """Return what becomes of a call in a word."""
    return str(decision.error or decision.verdict)


class RefusedError(Exception):
    """A random configuration that is not fit to be served, or that Envoy refused."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A call, the resources it was made against, and what Envoy did.

    `fields` tells which of the configuration stood on its way; `dumped` is what Envoy says of its
    configuration, where it was asked.
    """

    resources: Resources
    call: Call
    workloads: Workloads
    got: Facts
    trial: Trial
    fields: Callable[[], frozenset[str]]
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
    balance: Balance | None = None,
) -> Generator[Pair, None, None]:
    """Draw configurations and calls from a seed and make the calls, of the scenes in turn.

    With a balance more trials and calls are drawn, of which it chooses those that are made.
    Raises RefusedError for a configuration that does not get as far as a running Envoy.
    """
    dice = Dice(seed)
    for scene in in_turn(dice, scenes):
        if pairs <= 0:
            return
        count = min(pairs, CALLS_PER_TRIAL)
        if balance is None:
            drawn = _drawn(scene(dice, found, count), found)
            calls = drawn.calls
        else:
            many = (scene(dice, found, count * DRAWN_PER_CALL) for _ in range(DRAWN_PER_TRIAL))
            some = (_drawn(one, found) for one in many)
            drawn = max(some, key=lambda one: balance.worth(one.calls, one.seen.fields))
            calls = balance.chosen(drawn.calls, count, drawn.seen.fields)
        yield from _observed(drawn.seen, drawn.snapshot, calls, dumps=dumps)
        pairs -= count


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A trial ready to be run."""

    seen: "Seen"
    snapshot: Snapshot
    calls: list[Call]


def _drawn(trial: Trial, found: Ground) -> _Drawn:
    snapshot = compiled(trial)
    seen = Seen(trial, from_snapshot(snapshot), found, cache(partial(_without_each, trial)))
    return _Drawn(seen, snapshot, [call_from_fields(one) for one in trial.calls])


def _observed(
    seen: "Seen", snapshot: Snapshot, calls: Sequence[Call], *, dumps: bool
) -> Iterator[Pair]:
    with running(snapshot) as envoy:
        dumped = from_dump(envoy.admin.get("/config_dump?include_eds")) if dumps else None
        yield from seen.pairs(calls, dumped)


@dataclass(frozen=True, slots=True)
class Seen:
    """A trial with the resources that its calls are judged by.

    `without` tells what the proxy would have without each of its EnvoyFilters, by their names.
    """

    trial: Trial
    resources: Resources
    found: Ground
    without: Without = dict
    known: dict[int, frozenset[str]] = field(default_factory=dict)

    def fields(self, call: Call) -> frozenset[str]:
        """Return the fields of the configuration on the way of a call, and what comes of it."""
        if id(call) not in self.known:
            decision = evaluate(self.resources, call)
            way = Way(self.trial, call, decision, self.without)
            self.known[id(call)] = way.fields() | {outcome(decision)}
        return self.known[id(call)]

    def pairs(
        self, calls: Sequence[Call], dumped: Resources | None = None, again: int = 0
    ) -> Iterator[Pair]:
        """Make calls, many at a time, and each at least so often again."""
        make = partial(self._pair, dumped)
        # Here, and not beside others: whoever reads the pairs may change the evaluator meanwhile.
        decided = [evaluate(self.resources, one) for one in calls]
        told = [
            Told(header_names(one, call), max(again, repeats(one)))
            for one, call in zip(decided, calls, strict=True)
        ]
        with ThreadPoolExecutor(_CALLS_AT_ONCE) as pool:
            yield from pool.map(make, calls, told)

    def _pair(self, dumped: Resources | None, call: Call, told: Told) -> Pair:
        folder, introduced = Path(self.found.folder), self.trial.introduced
        got = ask(call, told.headers, folder, introduced, again=told.again)
        known = partial(self.fields, call)
        return Pair(self.resources, call, self.found.workloads, got, self.trial, known, dumped)


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
