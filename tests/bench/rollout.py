"""`./dev bench rollout`: what a rollout in three waves over 1000 static clusters costs.

The service works as it ships, over SQLite. Gates answer at once and clusters arrive at once, so
that what is left is the work of the control plane itself.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.steps import NoSteps
from libs.kernel.rollouts import Occasion, Stage
from services.rollout.onepass import Service
from services.rollout.tests.places import Places
from tests.bench.connect import bar

CLUSTERS = 1000
CPU_S_MAX = 5.0
WAVES = {"canary": 0.02, "early": 0.2, "rest": 1.0}
"""Shares of the fleet that have moved at the end of each wave."""
_GATE = "{name: ready, condition: {type: Ready}}"


def _rule(name: str) -> str:
    selected = f"matchLabels: {{wave: {name}}}"
    return f"{{name: {name}, clusters: {{{selected}}}, maxConcurrent: 10%, gates: [{_GATE}]}}"


SPEC = f"rollout: {{waves: [{', '.join(map(_rule, WAVES))}]}}"


def main(argv: Sequence[str]) -> int:
    """Measure, print figures, and hold them against the bar; 1 when it is not kept."""
    parser = argparse.ArgumentParser(prog="./dev bench rollout")
    parser.add_argument("--clusters", type=int, default=CLUSTERS)
    clusters: int = parser.parse_args(list(argv)).clusters
    with tempfile.TemporaryDirectory() as folder:
        figures = _measured(Path(folder), clusters)
    for name, value in figures.items():
        sys.stdout.write(f"{name}: {value}\n")
    bars = [bar("cpu_s", figures["cpu_s"], CPU_S_MAX)]
    sys.stdout.write(json.dumps({"bench": "rollout", "figures": figures, "bars": bars}) + "\n")
    return 0 if all(one["ok"] for one in bars) else 1


def _measured(folder: Path, clusters: int) -> dict[str, float]:
    store = open_store(f"sqlite:///{folder / 'periplus.sqlite'}")
    places = Places(store)
    fleet = {f"c{number:04}": _wave(number / clusters) for number in range(clusters)}
    service = Service(store, SystemClock(), NoSteps(), (), lambda _event: None)
    places.commit(SPEC, clusters=fleet)
    while service.one_pass() is None:
        pass
    places.commit(SPEC, clusters=fleet)
    began_s, used_s = time.monotonic(), time.process_time()
    while service.one_pass() is None:
        pass
    cpu_s, wall_s = time.process_time() - used_s, time.monotonic() - began_s
    state = store.rollout()
    moved = len(places.at("r2"))
    if state is None or state.stage is not Stage.DONE or moved != clusters:
        raise RuntimeError(f"the rollout did not end: {moved} clusters moved")
    history = [one for one in store.rollout_events(1_000) if one.rollout == state.number]
    store.close()
    return {
        "clusters": clusters,
        "waves": sum(one.occasion is Occasion.WAVE_PASSED for one in history),
        "moves": sum(one.occasion is Occasion.MOVED for one in history),
        "cpu_s": round(cpu_s, 2),
        "wall_s": round(wall_s, 2),
    }


def _wave(share: float) -> str:
    return next(name for name, until in WAVES.items() if share < until)
