"""`./dev simulate NAME [--edits N] [--seed S]`: a long random run from a seed that it prints."""

import argparse
import json
import secrets
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from libs.adapters.envoybinary.validate import EnvoyBinary
from tests.agree.dice import Dice
from tests.simulation.compiling import Simulation
from tests.simulation.reconciling import failures
from tests.simulation.rolling import failures as rollout_failures
from tests.simulation.validating import EDITS_BETWEEN, refusals
from tools.envoy.install import envoy_path

SHOWN_MAX = 20
LARGE = 1_000
"""Clusters of a large fleet."""
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
    wrong, more = run(seed, edits)
    for one in wrong[:SHOWN_MAX]:
        _say(one)
    took_s = round(time.perf_counter() - started_s, 1)
    figures = {"seed": seed, "edits": edits, bar: len(wrong), "took_s": took_s, **more}
    kept = {"name": bar, "value": len(wrong), "limit": 0, "better": "lower", "ok": not wrong}
    _say(json.dumps({"bench": f"simulate {options.name}", "figures": figures, "bars": [kept]}))
    return 1 if wrong else 0


def _compile(seed: int, edits: int) -> Found:
    """Memos against compiles from cold, after every edit."""
    simulation, wrong = Simulation(Dice(seed)), []
    for one in simulation.run(edits):
        keys = [*one.edit.removed, *(obj.key for obj, _ in one.edit.added)]
        told = ", ".join(map(str, keys))
        wrong.append(
            f"edit {one.number} ({told}), {one.proxy.type} {one.proxy.namespace}: {one.what}"
        )
    return wrong, {"refused_views": simulation.refused}


def _envoy(seed: int, edits: int) -> Found:
    """A real Envoy's own validation, after every few edits."""
    configurations = max(1, edits // EDITS_BETWEEN)
    found = refusals(EnvoyBinary(envoy_path()), Dice(seed), configurations)
    told = [f"configuration {one.number}, {one.proxy.type}: {one.reason}" for one in found]
    return told, {"configurations": configurations}


def _reconcile(seed: int, edits: int) -> Found:
    """One story for each seed from this one on; a failing one replays with `--edits 1`."""
    found = failures(range(seed, seed + edits))
    told = [f"seed {one.seed}: {one.what}; replay: --seed {one.seed} --edits 1" for one in found]
    return told, {"seeds": edits}


def _rollout(seed: int, edits: int) -> Found:
    """One story for each seed from this one on."""
    return _rollouts(range(seed, seed + edits), "rollout", {})


def _large_rollout(seed: int, edits: int) -> Found:
    """One story of a fleet of 1000 clusters for each seed from this one on."""
    limits = {"clusters_min": LARGE, "clusters_max": LARGE}
    return _rollouts(range(seed, seed + edits), "large-rollout", limits)


def _rollouts(seeds: range, name: str, limits: Mapping[str, int]) -> Found:
    found = rollout_failures(seeds, **limits)
    told = [
        f"seed {one.seed}: {one.what}; replay: {name} --seed {one.seed} --edits 1" for one in found
    ]
    return told, {"seeds": len(seeds)}


_RUNS: Mapping[str, tuple[Callable[[int, int], Found], int, str]] = {
    "compile": (_compile, 10_000, "differences"),
    "reconcile": (_reconcile, 10_000, "violations"),
    "rollout": (_rollout, 10_000, "violations"),
    "large-rollout": (_large_rollout, 20, "violations"),
    "envoy": (_envoy, 1_200, "refused"),
}
"""Each run with its number of edits and what it counts."""


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()
