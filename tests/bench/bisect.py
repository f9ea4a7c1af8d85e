"""`./dev bench bisect`: time and compiles to find the commit that changed a call's answer."""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.bench.diff import fleet_text

COMMITS = 1000
CHANGED_AT = 617
LIMITS = {"compiles": 11}
_HOST, _RULE = 7, 3
_PROXY = '{"type":"sidecar","namespace":"default","ip":"10.0.0.9"}'
_CALL = ["GET", f"http://s{_HOST}/api/v{_RULE}/s{_HOST}"]


def main(argv: Sequence[str]) -> int:
    """Measure the command as users run it. Status 0 when every limit is kept."""
    parser = argparse.ArgumentParser(prog="./dev bench bisect")
    parser.add_argument("--commits", type=int, default=COMMITS)
    options = parser.parse_args(argv)
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), options.commits)
        ends = [f"{folder}@main~{options.commits - 1}", f"{folder}@main"]
        began = time.perf_counter()
        command = [sys.executable, "-m", "tools.cli", "bisect", *ends, "--proxy", _PROXY, *_CALL]
        done = subprocess.run([*command, "-o", "json"], stdout=subprocess.PIPE, check=False)
        took_s = round(time.perf_counter() - began, 2)
    found = json.loads(done.stdout)
    if found["commit"]["subject"] != _subject(CHANGED_AT):
        raise SystemExit(f"bench bisect: found {found['commit']}")
    figures = {"commits": options.commits, "compiles": found["compiles"], "whole_process_s": took_s}
    bars = [
        {"name": name, "value": figures[name], "limit": limit, "better": "lower",
         "ok": figures[name] <= limit}
        for name, limit in LIMITS.items()
    ]  # fmt: skip
    lines = [f"{name}: {value}" for name, value in figures.items()]
    report = {"bench": "bisect", "figures": figures, "bars": bars}
    sys.stdout.write("\n".join([*lines, json.dumps(report)]) + "\n")
    return 0 if all(bar["ok"] for bar in bars) else 1


def _fill(folder: Path, commits: int) -> None:
    """Make a repository in which every commit changes a file, and one of them the answer."""
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    script = "".join(_commits(commits)).encode()
    subprocess.run(["git", "fast-import", "--quiet"], input=script, cwd=folder, check=True)


def _commits(count: int) -> Iterator[str]:
    """Write commits for git's fast-import; the first has all files."""
    before = fleet_text()
    after = fleet_text(changed=lambda host, rule: (host, rule) == (_HOST, _RULE))
    for number in range(count):
        subject = _subject(number)
        yield "commit refs/heads/main\n"
        yield f"committer Bench <bench@example.com> {1_700_000_000 + number} +0000\n"
        yield f"data {len(subject)}\n{subject}\n"
        if number in (0, CHANGED_AT):
            yield _file("mesh.yaml", after if number else before)
        yield _file("note.yaml", _NOTE % number)


def _file(name: str, text: str) -> str:
    return f"M 100644 inline {name}\ndata {len(text.encode())}\n{text}\n"


def _subject(number: int) -> str:
    return f"number {number}"


_NOTE = """apiVersion: v1
kind: Service
metadata: {name: note, labels: {number: "%d"}}
spec: {ports: [{name: http, port: 81}]}
"""
