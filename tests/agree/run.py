"""Compares answers of libs/routing with what a real Envoy did, pair by pair."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any

from libs.compile.snapshot import compile_snapshot
from libs.envoy.staticform import static_bootstrap
from libs.kernel.xds import Snapshot
from libs.routing.call import Call, call_from_fields
from libs.routing.decision import Decision
from libs.routing.evaluate import evaluate
from libs.routing.resources import Resources, from_snapshot
from tests.agree.batch import Batch, draw
from tests.agree.dice import Dice
from tests.agree.mutations import Mutation, applied
from tests.agree.observed import Facts, ask, differences, header_names, promised
from tests.casefile import world_of
from tests.e2e.echo import echoes
from tools.child.ports import free_ports
from tools.envoy.process import EnvoyProcess

CALLS_PER_CONFIG = 200
Workloads = Mapping[tuple[str, int], str]


@dataclass(frozen=True, slots=True)
class Pair:
    """A call, the resources it was made against, and what Envoy did."""

    resources: Resources
    call: Call
    workloads: Workloads
    got: Facts
    rule: Callable[[Decision], Mapping[str, Any]]


@dataclass(slots=True)
class Report:
    """What a run found."""

    pairs: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)


def observe(seed: int, pairs: int, slip: Mutation | None = None) -> Generator[Pair, None, None]:
    """Draw configurations and calls from a seed and make the calls.

    With a slip Envoy runs what a compiler with that mistake makes.
    """
    dice = Dice(seed)
    ports = free_ports(3)
    workloads = {("127.0.0.1", port): f"v{at}" for at, port in enumerate(ports, 1)}
    with echoes(workloads):
        while pairs > 0:
            count = min(pairs, CALLS_PER_CONFIG)
            batch = draw(dice, free_ports(1)[0], workloads, count)
            yield from _observed(batch, workloads, slip)
            pairs -= count


def _observed(batch: Batch, workloads: Workloads, slip: Mutation | None) -> Iterator[Pair]:
    snapshot = _compiled(batch)
    resources = from_snapshot(snapshot)
    with applied(slip) if slip is not None else nullcontext():
        run = _compiled(batch) if slip is not None else snapshot

    with EnvoyProcess(static_bootstrap(run)) as envoy:
        envoy.wait_ready()
        for fields in batch.calls:
            call = call_from_fields(fields)
            names = header_names(evaluate(resources, call), call)
            yield Pair(resources, call, workloads, ask(call, names), batch.decided_by)


def _compiled(batch: Batch) -> Snapshot:
    return compile_snapshot(world_of(batch.text, "random.yaml"), batch.proxy).snapshot


def compare(pairs: Iterator[Pair]) -> Report:
    """Evaluate every pair and compare."""
    report = Report()
    for pair in pairs:
        decision = evaluate(pair.resources, pair.call)
        report.pairs += 1
        report.outcomes[str(decision.error or decision.verdict)] += 1
        report.fields.update(used(pair.rule(decision)))
        found = wrong(pair, decision)
        if found:
            where = f"{decision.virtual_host} > {decision.route}"
            report.disagreements.append(f"{pair.call}: {where}: {'; '.join(found)}")
    return report


def wrong(pair: Pair, decision: Decision) -> list[str]:
    """Say how an answer differs from what Envoy did; nothing when it does not."""
    return differences(promised(decision, pair.call, pair.workloads), pair.got)


def used(rule: Mapping[str, Any], path: str = "") -> Iterator[str]:
    """Yield the paths of all fields that a rule sets, without the names that users choose."""
    for name, value in rule.items():
        if name == "name":
            continue
        here = f"{path}.{name}" if path else name
        inside = value if isinstance(value, list) else [value]
        nested = [one for one in inside if isinstance(one, dict)]
        if path.endswith((".set", ".add")) or not nested:
            yield here
        for one in nested:
            free = name in ("headers", "withoutHeaders", "queryParams") and "match" in path
            yield from used(_merged(one) if free else one, here)


def _merged(by_name: Mapping[str, Any]) -> Mapping[str, Any]:
    """Take the conditions of all names together; an empty one asks for presence."""
    merged: dict[str, Any] = {}
    for one in by_name.values():
        merged |= one or {"present": True}
    return merged
