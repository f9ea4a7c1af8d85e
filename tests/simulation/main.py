"""`./dev simulate NAME [--edits N] [--seed S]`: a long random run from a seed that it prints."""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from tests.agree.dice import Dice
from tests.simulation.compiling import Simulation
from tests.simulation.validating import EDITS_BETWEEN, refusals

SHOWN_MAX = 20
Found = tuple[list[str], dict[str, int]]
"""What is wrong, a sentence each, and other figures."""


def main(argv: Sequence[str]) -> int:
    """Run, print for people and end with one line of JSON; 1 when anything is wrong."""
    parser = argparse.ArgumentParser(prog="./dev simulate")
    parser.add_argument("name", choices=sorted(_RUNS))
    parser.add_argument("--edits", type=int, default=None)
    parser.add_argument("--seed", type=int, default=None)
    options = parser.parse_args(list(argv))
    seed = secrets.randbits(32) if options.seed is None else options.seed
    run, edits, bar = _RUNS[options.name]
    edits = options.edits or edits
    _say(f"seed {seed}")
    started_s = time.perf_counter()
    wrong, more = run(Dice(seed), edits)
    for one in wrong[:SHOWN_MAX]:
        _say(one)
    took_s = round(time.perf_counter() - started_s, 1)
    figures = {"seed": seed, "edits": edits, bar: len(wrong), "took_s": took_s, **more}
    kept = {"name": bar, "value": len(wrong), "limit": 0, "better": "lower", "ok": not wrong}
    _say(json.dumps({"bench": f"simulate {options.name}", "figures": figures, "bars": [kept]}))
    return 1 if wrong else 0


def _compile(dice: Dice, edits: int) -> Found:
    """Memos against compiles from cold, after every edit."""
    simulation, wrong = Simulation(dice), []
    for one in simulation.run(edits):
        keys = [*one.edit.removed, *(obj.key for obj, _ in one.edit.added)]
        told = ", ".join(map(str, keys))
        wrong.append(
            f"edit {one.number} ({told}), {one.proxy.type} {one.proxy.namespace}: {one.what}"
        )
    return wrong, {"refused_views": simulation.refused}


def _envoy(dice: Dice, edits: int) -> Found:
    """A real Envoy's own validation, after every few edits."""
    configurations = max(1, edits // EDITS_BETWEEN)
    found = refusals(dice, configurations)
    told = [f"configuration {one.number}, {one.proxy.type}: {one.reason}" for one in found]
    return told, {"configurations": configurations}


_RUNS: Mapping[str, tuple[Callable[[Dice, int], Found], int, str]] = {
    "compile": (_compile, 10_000, "differences"),
    "envoy": (_envoy, 1_200, "refused"),
}
"""Each run with its number of edits and what it counts."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
