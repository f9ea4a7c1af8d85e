"""`./dev bench live`: time from git push to the last ACK and to traffic, under constant load."""

import argparse
import json
import subprocess
import sys
from collections.abc import Sequence
from typing import Any

LIMITS = {
    "push_to_ack_ms_p50": 150,
    "push_to_ack_ms_p95": 300,
    "memory_mb": 300,
    "failed": 0,
}
PUSHES = 40


def main(argv: Sequence[str]) -> int:
    """Run the demo with further pushes. Status 0 when every limit is kept, 2 without figures."""
    parser = argparse.ArgumentParser(prog="./dev bench live")
    parser.add_argument("--pushes", type=int, default=PUSHES, help="commits after the story")
    pushes: int = parser.parse_args(argv).pushes
    command = [sys.executable, "-m", "tools.cli", "demo", "--once", "--pushes", str(pushes)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    lines = done.stdout.splitlines()
    if not lines or not lines[-1].startswith("{"):
        sys.stderr.write("live: the demo gave no figures; its errors are above\n")
        return 2
    report = judged(json.loads(lines[-1]))
    said = [f"{bar['name']}: {bar['value']}, at most {bar['limit']}" for bar in report["bars"]]
    sys.stdout.write("\n".join([*lines[:-1], *said, json.dumps(report)]) + "\n")
    return 0 if done.returncode == 0 and all(bar["ok"] for bar in report["bars"]) else 1


def judged(figures: dict[str, Any]) -> dict[str, Any]:
    """Hold the demo's figures against the limits; a figure that is missing keeps none."""
    bars = [
        {
            "name": name,
            "value": figures[name],
            "limit": limit,
            "better": "lower",
            "ok": figures[name] is not None and figures[name] <= limit,
        }
        for name, limit in LIMITS.items()
    ]
    return {"bench": "live", "figures": figures, "bars": bars}
