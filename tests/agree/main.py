"""`./dev agree --pairs N [--seed S]`: what libs/routing says against what a real Envoy did."""

import argparse
import json
import secrets
import sys
from collections.abc import Sequence

from tests.agree.diffrun import compare_differences
from tests.agree.run import Report, compare, observe

SHOWN_MAX = 20


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
    report = compare(observe(seed, options.pairs))
    _print(report)
    _say(json.dumps(_figures(report, seed)))
    return 1 if report.disagreements else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _differences(seed: int, pairs: int) -> int:
    """Show stated differences to real Envoys."""
    report = compare_differences(seed, pairs)
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
    return {
        "name": "disagreements",
        "value": wrong,
        "limit": 0,
        "better": "lower",
        "ok": wrong == 0,
    }


def _print(report: Report) -> None:
    for title, counts in (("field", report.fields), ("outcome", report.outcomes)):
        _say(f"hits per {title}")
        for name, count in sorted(counts.items()):
            _say(f"  {count:6} {name}")
    for one in report.disagreements[:SHOWN_MAX]:
        _say(f"disagreement: {one}")
    _say(f"{report.pairs} pairs, {len(report.disagreements)} disagreements")


def _figures(report: Report, seed: int) -> dict[str, object]:
    wrong, rarest = len(report.disagreements), min(report.fields.values(), default=0)
    undecided = report.outcomes["not decided"]
    return {
        "bench": "agree",
        "figures": {
            "seed": seed,
            "pairs": report.pairs,
            "disagreements": wrong,
            "undecided": undecided,
            "fields": len(report.fields),
            "rarest_field_hits": rarest,
            "outcomes": dict(report.outcomes),
        },
        "bars": [_none(wrong)],
    }
