"""`./dev agree --pairs N [--seed S]`: what libs/routing says against what a real Envoy did."""

import argparse
import json
import secrets
import sys
from collections.abc import Sequence
from typing import Any

from libs.routing.decision import Verdict
from libs.routing.outcome import Failure
from tests.agree.balance import Balance
from tests.agree.diffrun import compare_differences
from tests.agree.ground import ground
from tests.agree.inventory import wanted
from tests.agree.observing import RefusedError, observe
from tests.agree.run import Report, compare

SHOWN_MAX = 20
HITS_MIN = 20
"""How often every field and every outcome has to be on the way of a call."""
HITS_SPARE = 4
PAIRS_FOR_HITS = 5000
"""A run of fewer pairs is not asked for so many hits."""
UNDECIDED_PERCENT_MAX = 3.0
_WITHOUT_HITS = {
    Verdict.REFUSE: "every refusal has a name of its own",
    Verdict.NOT_DECIDED: "is no answer",
    Failure.MULTIPLE_FILTER_CHAIN: "Envoy refuses such a listener",
}
OUTCOMES = tuple(str(one) for one in (*Verdict, *Failure) if one not in _WITHOUT_HITS)


def main(argv: Sequence[str]) -> int:
    """Run, print for people and end with one line of JSON; 1 when a pair disagrees."""
    parser = argparse.ArgumentParser(prog="./dev agree")
    parser.add_argument("--pairs", type=int, default=500)
    parser.add_argument("--seed", type=int, default=None)
    parser.add_argument("--diff", action="store_true", help="show differences to two Envoys")
    options = parser.parse_args(list(argv))
    seed = secrets.randbits(32) if options.seed is None else options.seed
    _say(f"seed {seed}")
    if options.diff:
        return _differences(seed, options.pairs)
    with ground() as found:
        try:
            balance = Balance(HITS_MIN + HITS_SPARE)
            report = compare(observe(found, seed, options.pairs, balance=balance))
        except RefusedError as error:
            return _refused(seed, str(error))
    _print(report)
    figures = _figures(report, seed)
    _say(json.dumps(figures))
    return 0 if all(bar["ok"] for bar in figures["bars"]) else 1


def _refused(seed: int, reason: str) -> int:
    """Say that a configuration was drawn that nobody could be served; no pair makes up for it."""
    _say(f"refused: {reason}")
    bars = [_bar("refused_configurations", 1, 0, higher=False)]
    _say(json.dumps({"bench": "agree", "figures": {"seed": seed}, "bars": bars}))
    return 1


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _differences(seed: int, pairs: int) -> int:
    """Show stated differences to real Envoys."""
    with ground() as found:
        report = compare_differences(found, seed, pairs)
    for title, counts in (
        ("effect", report.effects),
        ("facet", report.facets),
        ("reason for no decision", report.undecided),
    ):
        _say(f"hits per {title}")
        for name, count in sorted(counts.items()):
            _say(f"  {count:6} {name}")
    for one in report.disagreements[:SHOWN_MAX]:
        _say(f"disagreement: {one}")
    wrong = len(report.disagreements)
    figures = {
        "seed": seed,
        "pairs": report.pairs,
        "disagreements": wrong,
        "invisible": report.invisible,
        "undecided": sum(report.undecided.values()),
        "effects": dict(report.effects),
    }
    _say(json.dumps({"bench": "agree --diff", "figures": figures, "bars": [_none(wrong)]}))
    return 1 if wrong else 0


def _none(wrong: int) -> dict[str, object]:
    """Return the bar of no disagreements."""
    return _bar("disagreements", wrong, 0, higher=False)


def _bar(name: str, value: float, limit: float, *, higher: bool) -> dict[str, object]:
    met = value >= limit if higher else value <= limit
    better = "higher" if higher else "lower"
    return {"name": name, "value": value, "limit": limit, "better": better, "ok": met}


def _print(report: Report) -> None:
    for title, counts in (
        ("field", report.fields),
        ("outcome", report.outcomes),
        ("reason for no decision", report.undecided),
    ):
        _say(f"hits per {title}")
        for name, count in sorted(counts.items()):
            _say(f"  {count:6} {name}")
    for one in report.disagreements[:SHOWN_MAX]:
        _say(f"disagreement: {one}")
    for name in sorted(wanted() - report.fields.keys()):
        _say(f"never on the way of a call: {name}")
    _say(f"{report.pairs} pairs, {len(report.disagreements)} disagreements")


def _figures(report: Report, seed: int) -> dict[str, Any]:
    wrong, undecided = len(report.disagreements), sum(report.undecided.values())
    hits = [report.fields[name] for name in wanted()]
    rarest = min(hits)
    percent = round(100 * undecided / report.pairs, 2)
    bars = [
        _none(wrong),
        _bar("undecided_percent", percent, UNDECIDED_PERCENT_MAX, higher=False),
    ]
    if report.pairs >= PAIRS_FOR_HITS:
        bars.append(_bar("rarest_field_hits", rarest, HITS_MIN, higher=True))
        rarest_outcome = min(report.outcomes[one] for one in OUTCOMES)
        bars.append(_bar("rarest_outcome_hits", rarest_outcome, HITS_MIN, higher=True))
    return {
        "bench": "agree",
        "figures": {
            "seed": seed,
            "pairs": report.pairs,
            "disagreements": wrong,
            "undecided": undecided,
            "fields": len(hits),
            "fields_never_hit": hits.count(0),
            "rarest_field_hits": rarest,
            "outcomes": dict(report.outcomes),
        },
        "bars": bars,
    }
