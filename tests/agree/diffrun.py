"""Shows differences that libs/routediff states to real Envoys: one with each configuration."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from libs.compile.snapshot import compile_snapshot
from libs.envoy.staticform import static_bootstrap
from libs.kernel.xds import Snapshot
from libs.routediff.classes import CallClass
from libs.routediff.difference import difference
from libs.routing.call import Call
from libs.routing.resources import from_snapshot
from tests.agree import rules
from tests.agree.batch import Batch, draw
from tests.agree.client import Facts, ask
from tests.agree.dice import Dice
from tests.agree.observed import Then, differences, header_names, promised, retries_of
from tests.agree.trial import ADDRESS, Ground
from tests.casefile import world_of
from tools.child.ports import free_ports
from tools.envoy.process import EnvoyProcess

_OLD_ADDRESS, _NEW_ADDRESS = ADDRESS, "127.0.0.2"
_CALLS_PER_CONFIG = 40
_CLOCKS_DIFFER_S = 0.03
_REPEATS = 20
"""Of three workloads with equal shares, one is missed in 20 calls less than once in a thousand."""


@dataclass(slots=True)
class DiffReport:
    """What a run found. `pairs` are examples that went through both Envoys.

    `invisible` ones are about something that a single call does not show, such as two timeouts that
    are both longer than it takes.
    """

    pairs: int = 0
    invisible: int = 0
    effects: Counter[str] = field(default_factory=Counter)
    facets: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)


def compare_differences(found: Ground, seed: int, pairs: int) -> DiffReport:
    """Draw pairs of configurations until `pairs` examples were shown to both Envoys."""
    dice, report = Dice(seed), DiffReport()
    while report.pairs < pairs:
        port = free_ports(1)[0]
        old = draw(dice, port, found, _CALLS_PER_CONFIG, chancy=False)
        _Pair(old, _changed(dice, old), found.workloads, report).run()
    return report


def _changed(dice: Dice, batch: Batch) -> Batch:
    """Change some rules of a configuration: others, in another order, one less."""
    hosts = list(batch.drawn)
    edited = {host: _edited(dice, batch.drawn[host], hosts) for host in dice.some(hosts, 4)}
    return replace(batch, drawn={**batch.drawn, **edited})


def _edited(dice: Dice, drawn: list[dict[str, Any]], hosts: list[str]) -> list[dict[str, Any]]:
    kind = dice.number(0, 4)
    if kind == 0:
        return rules.rules(dice, hosts)
    if kind == 1 and len(drawn) > 1:
        return drawn[1:]
    if kind == 2 and len(drawn) > 1:
        return [drawn[1], drawn[0], *drawn[2:]]
    place = dice.number(0, len(drawn) - 1)
    other = dice.one(rules.rules(dice, hosts))
    if kind == 3:
        return [*drawn[:place], {**other, "name": f"{other['name']}new"}, *drawn[place:]]
    changed = {**other, "name": drawn[place]["name"]}
    if "match" in drawn[place]:
        changed["match"] = drawn[place]["match"]
    return [*drawn[:place], changed, *drawn[place + 1 :]]


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two configurations, and what is noted about them."""

    old: Batch
    new: Batch
    workloads: Mapping[tuple[str, int], str]
    report: DiffReport

    def run(self) -> None:
        """Ask both Envoys about every class."""
        before, after = _snapshot(self.old), _snapshot(self.new)
        found = difference(from_snapshot(before), from_snapshot(after))
        self.report.undecided.update(one.reason for one in found.undecided)
        moved = _snapshot(self.new, _NEW_ADDRESS)
        with (
            EnvoyProcess(static_bootstrap(before)) as one,
            EnvoyProcess(static_bootstrap(moved)) as other,
        ):
            one.wait_ready()
            other.wait_ready()
            for each in found.classes:
                self._shown(each)

    def _differ_in_time(self, call: Call) -> bool:
        """Say whether others answer, where one of several does by chance."""
        old, new = (_workloads(replace(call, address=at)) for at in (_OLD_ADDRESS, _NEW_ADDRESS))
        return old != new

    def _shown(self, one: CallClass) -> None:
        """Send the example through both, and hold it against what is stated."""
        call = _provoked(one)
        names = sorted({*header_names(one.old, call), *header_names(one.new, call)})
        got = [ask(replace(call, address=at), names) for at in (_OLD_ADDRESS, _NEW_ADDRESS)]
        sides = (one.old, one.new)
        wrong = [
            sentence
            for decision, facts in zip(sides, got, strict=True)
            for sentence in differences(promised(decision, call, self.workloads), facts)
        ]
        wanted = [_seen(promised(decision, call, self.workloads)) for decision in sides]
        if wanted[0] == wanted[1]:
            self.report.invisible += 1
        elif not wrong and not (_differ(*got) or self._differ_in_time(call)):
            wrong.append("both Envoys did the same")
        self.report.pairs += 1
        self.report.effects[one.effect.value] += 1
        self.report.facets.update(one.facets)
        if wrong:
            self.report.disagreements.append(
                f"{one.entry} {one.host}: {one.which}: {call}: {wrong}"
            )


def _seen(promise: Facts) -> Facts:
    """Return a promise in full: one without endpoints promises no less than one to nowhere."""
    status = promise.get("status")
    return {"at_least_s": 0.0, "then": Then(status), **promise} if status is not None else promise


def _workloads(call: Call) -> frozenset[str]:
    """Return all that answer when a call is made again and again."""
    return frozenset(str(ask(call, []).get("workload")) for _ in range(_REPEATS))


def _snapshot(batch: Batch, address: str = _OLD_ADDRESS) -> Snapshot:
    """Compile a configuration whose listener is at an address."""
    bound = f'"bind": "{address}"'
    text = batch.text.replace(f'"bind": "{_OLD_ADDRESS}"', bound)
    return compile_snapshot(world_of(text, "random.yaml"), batch.proxy).snapshot


def _provoked(one: CallClass) -> Call:
    """Let the upstream be slow or fail, where only that shows the difference."""
    headers = dict(one.example.headers)
    if "timeout" in one.facets:
        headers["x-delay-ms"] = rules.SLOW_MS
    elif "retries" in one.facets:
        headers["x-fail-attempts"] = str(min(map(retries_of, (one.old, one.new))) + 1)
    return replace(one.example, headers=headers)


def _differ(old: Facts, new: Facts) -> bool:
    """Say whether two answers are told apart by more than the noise of their clocks."""
    names = (old.keys() | new.keys()) - {"elapsed_s"}
    later = abs(old["elapsed_s"] - new["elapsed_s"]) > _CLOCKS_DIFFER_S
    return later or any(old.get(name) != new.get(name) for name in names)
