"""`./dev bench hashoracle`: fingerprints of generated pairs against a real Envoy's counters.

A pair is pushed one after the other; Envoy says by its reload and update counters whether the
second was a change. `--seed` draws the same pairs again.
"""

import argparse
import json
import secrets
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.hashoracle.run import compared

PAIRS, SHOWN_MAX = 200, 5


def main(argv: Sequence[str]) -> int:
    """Compare, print figures, and hold them against the bars; 1 when one is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench hashoracle")
    parser.add_argument("--pairs", type=int, default=PAIRS, help="pairs that Envoy took")
    parser.add_argument("--seed", type=int, default=None, help="draws the same pairs again")
    options = parser.parse_args(list(argv))
    seed = secrets.randbits(32) if options.seed is None else options.seed
    with tempfile.TemporaryDirectory() as folder:
        report = compared(Path(folder), seed, options.pairs)
    figures = {
        "seed": seed,
        "equal_for_envoy": report.equal,
        "different_for_envoy": report.different,
        "refused_by_envoy": report.refused,
        "types": len(report.types),
    }
    wrong = len(report.disagreements)
    bars: list[dict[str, Any]] = [
        {"name": "disagreements", "value": wrong, "limit": 0, "better": "lower", "ok": not wrong},
        {
            "name": "pairs",
            "value": report.pairs,
            "limit": options.pairs,
            "better": "higher",
            "ok": report.pairs >= options.pairs,
        },
    ]
    for line in (*report.disagreements[:SHOWN_MAX], *(f"{k}: {v}" for k, v in figures.items())):
        print(line)  # noqa: T201 - a bench
    print(json.dumps({"bench": "hashoracle", "figures": figures, "bars": bars}))  # noqa: T201 - a bench
    return 0 if all(each["ok"] for each in bars) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
