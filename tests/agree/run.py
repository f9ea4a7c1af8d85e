"""Compares answers of libs/routing with what a real Envoy did, pair by pair."""

import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from libs.compile.snapshot import compile_snapshot
from libs.envoy.staticform import static_bootstrap
from libs.kernel.xds import Snapshot
from libs.routing.call import Call, call_from_fields
from libs.routing.decision import Decision, Verdict
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources, from_snapshot
from tests.agree import (
    admissions,
    arrivals,
    batch,
    callers,
    connections,
    edges,
    lookups,
    patches,
)
from tests.agree.bothprotocols import fronts
from tests.agree.client import Facts, ask
from tests.agree.dice import Dice
from tests.agree.mutations import Mutation, applied
from tests.agree.observed import fits, header_names
from tests.agree.onway import Way
from tests.agree.servertls import MESH_NAME
from tests.agree.trial import SUBSETS, WORKLOADS_ADDRESS, Ground, Trial, Workloads
from tests.casefile import world_of
from tests.e2e import certificates
from tests.e2e.echo import echoes
from tools.child.ports import free_ports
from tools.envoy.process import EnvoyProcess

CALLS_PER_TRIAL = 60
_CALLS_AT_ONCE = 12
"""Calls that are delayed wait beside each other."""
_NAMES = ("shop.example", "client.example")
Draw = Callable[[Dice, Ground, int], Trial]


def _requests(dice: Dice, ground: Ground, calls: int) -> Trial:
    return batch.draw(dice, free_ports(1)[0], ground, calls).trial


TRAFFIC: Sequence[Draw] = (
    _requests,
    edges.draw,
    connections.draw,
    _requests,
    patches.draw,
    edges.draw,
    _requests,
    connections.draw,
    patches.draw,
    arrivals.draw,
    edges.draw,
    patches.draw,
    connections.draw,
    _requests,
    lookups.draw,
)
"""Kinds of trials about where calls go, in turn."""

SCENES = (*TRAFFIC, admissions.draw)
"""Those, and one about who may call at all."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A call, the resources it was made against, and what Envoy did."""

    resources: Resources
    call: Call
    workloads: Workloads
    got: Facts
    trial: Trial
    without: Mapping[str, Resources]


@dataclass(slots=True)
class Report:
    """What a run found."""

    pairs: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)


@contextmanager
def ground() -> Iterator[Ground]:
    """Let workloads answer, some of them over TLS or in HTTP/2, while the context lasts."""
    count = len(SUBSETS)
    ports = [(WORKLOADS_ADDRESS, port) for port in free_ports(3 * count)]
    plain = dict(zip(ports, SUBSETS, strict=False))
    encrypted = {at: f"t{name}" for at, name in zip(ports[count:], SUBSETS, strict=False)}
    either = dict(zip(ports[2 * count :], SUBSETS, strict=True))
    with tempfile.TemporaryDirectory(prefix="agree-") as folder:
        place = Path(folder)
        certificates.make(place, _NAMES)
        certificates.vouch(place, "mesh", f"URI:{MESH_NAME}")
        certificates.vouch(place, "rsa.example", "DNS:shop.example", certificates.RSA)
        certificates.vouch(place, "server", f"DNS:*.example,URI:{MESH_NAME}")
        certificates.revoke_none(place)
        callers.vouch(place)
        contexts = {at: certificates.server(place, "server") for at in encrypted}
        behind = {port: own for (_, port), (_, own) in zip(either, plain, strict=True)}
        with echoes({**plain, **encrypted}, contexts), fronts(behind):
            yield Ground(plain, encrypted, either, folder)


def observe(
    seed: int, pairs: int, slip: Mutation | None = None, scenes: Sequence[Draw] = SCENES
) -> Generator[Pair, None, None]:
    """Draw configurations and calls from a seed and make the calls, of the scenes in turn.

    With a slip Envoy runs what a compiler with that mistake makes; of configurations for which it
    makes the same, no calls are made.
    """
    dice, turn = Dice(seed), 0
    with ground() as found:
        while pairs > 0:
            count = min(pairs, CALLS_PER_TRIAL)
            trial = scenes[turn % len(scenes)](dice, found, count)
            yield from _observed(trial, found, slip)
            pairs, turn = pairs - count, turn + 1


def _observed(trial: Trial, found: Ground, slip: Mutation | None) -> Iterator[Pair]:
    snapshot = compiled(trial)
    resources = from_snapshot(snapshot)
    run, without = snapshot, _without_each(trial) if slip is None else {}
    if slip is not None:
        with applied(slip):
            run = compiled(trial)
        if run == snapshot:
            return
    make = partial(_pair, trial, found, resources, without)
    with (
        EnvoyProcess(static_bootstrap(run)) as envoy,
        ThreadPoolExecutor(_CALLS_AT_ONCE) as pool,
    ):
        envoy.wait_ready()
        calls = [call_from_fields(one) for one in trial.calls]
        # Here, and not beside others: whoever reads the pairs may change the evaluator meanwhile.
        told = [header_names(evaluate(resources, one), one) for one in calls]
        yield from pool.map(make, calls, told)


def _without_each(trial: Trial) -> Mapping[str, Resources]:
    """Return what the proxy would have without each of the EnvoyFilters."""
    return {
        one["metadata"]["name"]: from_snapshot(compiled(trial.without(one)))
        for one in trial.objects
        if one["kind"] == "EnvoyFilter"
    }


def _pair(
    trial: Trial,
    found: Ground,
    resources: Resources,
    without: Mapping[str, Resources],
    call: Call,
    names: list[str],
) -> Pair:
    got = ask(call, names, Path(found.folder))
    return Pair(resources, call, found.workloads, got, trial, without)


def compiled(trial: Trial) -> Snapshot:
    """Compile what a trial's proxy gets."""
    return compile_snapshot(world_of(trial.text, "random.yaml"), trial.proxy).snapshot


def compare(pairs: Iterator[Pair]) -> Report:
    """Evaluate every pair and compare."""
    report = Report()
    for pair in pairs:
        decision = evaluate(pair.resources, pair.call)
        report.pairs += 1
        report.outcomes[str(decision.error or decision.verdict)] += 1
        report.fields.update(Way(pair.trial, pair.call, decision, pair.without).fields())
        if decision.verdict is Verdict.NOT_DECIDED:
            report.undecided[str(decision.undecided)] += 1
        found = wrong(pair, decision)
        if found:
            where = f"{decision.virtual_host} > {decision.route}"
            said = f"{_said(pair.call)}: {where}: {'; '.join(found)}"
            report.disagreements.append(said)
    return report


def _said(call: Call) -> str:
    """Return a call in short, without what is as by default."""
    usual = Call(call.mode, call.port)
    parts = {name: getattr(call, name) for name in Call.__slots__}
    return str({name: one for name, one in parts.items() if one != getattr(usual, name)})


def wrong(pair: Pair, decision: Decision) -> list[str]:
    """Say how an answer differs from what Envoy did; nothing when it does not, or is none."""
    if decision.verdict is Verdict.NOT_DECIDED:
        return []
    return fits(decision, pair.call, pair.workloads, pair.got)
