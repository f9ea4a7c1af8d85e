"""`./dev simulate NAME [--edits N] [--seed S]`: a long random run from a seed that it prints."""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Sequence

from tests.agree.dice import Dice
from tests.simulation.compiling import Simulation

SHOWN_MAX = 20


def main(argv: Sequence[str]) -> int:
    """Run, print for people and end with one line of JSON; 1 when anything differs."""
    parser = argparse.ArgumentParser(prog="./dev simulate")
    parser.add_argument("name", choices=["compile"])
    parser.add_argument("--edits", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args(list(argv))
    seed = secrets.randbits(32) if options.seed is None else options.seed
    _say(f"seed {seed}")
    simulation, started_s = Simulation(Dice(seed)), time.perf_counter()
    differences = 0
    for one in simulation.run(options.edits):
        differences += 1
        if differences <= SHOWN_MAX:
            keys = [*one.edit.removed, *(obj.key for obj, _ in one.edit.added)]
            told = ", ".join(map(str, keys))
            _say(f"edit {one.number} ({told}), {one.proxy.type} {one.proxy.namespace}: {one.what}")
    figures = {
        "seed": seed,
        "edits": options.edits,
        "differences": differences,
        "refused_views": simulation.refused,
        "took_s": round(time.perf_counter() - started_s, 1),
    }
    bar = {
        "name": "differences",
        "value": differences,
        "limit": 0,
        "better": "lower",
        "ok": not differences,
    }
    _say(json.dumps({"bench": "simulate compile", "figures": figures, "bars": [bar]}))
    return 1 if differences else 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
