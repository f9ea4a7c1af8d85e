"""`./dev fuzz parse`: the parser over mutated case files, for a time, from a seed."""

import argparse
import json
import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from libs.meshapi.recall import from_bytes, parse_and_record
from tests.fuzz.mutations import mutated, seeded

CASES = Path(__file__).parents[2] / "libs" / "meshapi"
SECONDS = 60.0
INPUT_S_MAX = 2.0
GROWTH_MB_MAX = 150.0
"""How much memory the process may gain over all inputs; a file has at most a megabyte."""


@dataclass(slots=True)
class Found:
    """What a run met. `crash` is the first input that raised, and how."""

    inputs: int = 0
    objects: int = 0
    messages: int = 0
    slowest_s: float = 0.0
    crash: str = ""


def main(argv: Sequence[str]) -> int:
    """Run for a time; status 1 when an input raised, took too long or too much memory."""
    parser = argparse.ArgumentParser(prog="./dev fuzz parse")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    parser.add_argument("--seed", type=int, default=0, help="0 takes one and prints it")
    options = parser.parse_args(argv)
    seed = options.seed or int.from_bytes(os.urandom(4), "big")
    sys.stdout.write(f"seed {seed}\n")
    sys.stdout.flush()
    rng, texts = seeded(seed), corpus()
    before, deadline = _rss_mb(), time.monotonic() + options.seconds
    found = Found()
    while not found.crash and time.monotonic() < deadline:
        read(mutated(texts, rng), found)
    values = {
        "crashes": (int(bool(found.crash)), 0),
        "slowest_input_s": (round(found.slowest_s, 3), INPUT_S_MAX),
        "growth_mb": (round(_rss_mb() - before, 1), GROWTH_MB_MAX),
    }
    bars = [
        {"name": name, "value": value, "limit": limit, "better": "lower", "ok": value <= limit}
        for name, (value, limit) in values.items()
    ]
    figures = {"seed": seed, "inputs": found.inputs, "objects": found.objects}
    if found.crash:
        sys.stderr.write(f"{found.crash}\n")
    report = {"bench": "fuzz parse", "figures": figures, "bars": bars}
    sys.stdout.write(f"{json.dumps(report)}\n")
    return 0 if all(bar["ok"] for bar in bars) else 1


def corpus() -> list[str]:
    """Return every case file of the models and of the old dialects."""
    files = sorted(CASES.rglob("tests/cases/**/*.yaml"))
    return [path.read_text(encoding="utf-8") for path in files]


def read(data: bytes, found: Found) -> None:
    """Parse an input and recall it from its record; note what is met."""
    began = time.process_time()
    try:
        parsed, record = parse_and_record("fuzz.yaml", data)
        again = parsed if record is None else from_bytes(record, "fuzz.yaml", lambda: data)
        if again != parsed:
            found.crash = f"its record gives something else\ninput: {data!r}"
        for one in parsed.objects:
            one.positions.at(("spec",))
    except Exception:  # noqa: BLE001 - whatever it is, it is what is looked for
        found.crash = f"{traceback.format_exc()}\ninput: {data!r}"
        return
    found.slowest_s = max(found.slowest_s, time.process_time() - began)
    found.inputs += 1
    found.objects += len(parsed.objects)
    found.messages += len(parsed.messages)


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
