"""Compares answers of libs/routing with what a real Envoy did, pair by pair."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from libs.routing.call import Call
from libs.routing.decision import Decision, Verdict
from libs.routing.evaluate import evaluate
from tests.agree.observed import fits
from tests.agree.observing import Pair, outcome


@dataclass(slots=True)
class Report:
    """What a run found."""

    pairs: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    undecided: Counter[str] = field(default_factory=Counter)
    disagreements: list[str] = field(default_factory=list)


def compare(pairs: Iterable[Pair], *, fields: bool = True) -> Report:
    """Evaluate every pair and compare; counting the fields on the way takes most of the time."""
    report = Report()
    for pair in pairs:
        decision = evaluate(pair.resources, pair.call)
        report.pairs += 1
        report.outcomes[outcome(decision)] += 1
        if fields:
            report.fields.update(pair.fields() - {outcome(decision)})
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
