"""`./dev bench check`: time to lint a fleet, from scratch and after a change of one file."""

import argparse
import gc
import json
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.kernel.ids import CommitId
from libs.kernel.messages import errors
from libs.lint.acceptance import Acceptance, accept
from libs.lint.check import linter
from libs.lint.doubt import State
from libs.lint.engine import Lint
from services.gitwatcher.files import FileReader
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Candidate, Tree
from tests.bench.fleetrepo import CLUSTERS, files
from tests.bench.monorepo import changed

ROUTES = 5000
ROUNDS = 3
LIMITS = {"full_lint_s": 10.0, "after_one_file_s": 0.5}
_MAIN = "refs/heads/main"
_BYTES_MAX = 1 << 30


def main(argv: Sequence[str]) -> int:
    """Measure. Status 0 when every limit is kept."""
    parser = argparse.ArgumentParser(prog="./dev bench check")
    parser.add_argument("--routes", type=int, default=ROUTES, help="VirtualServices")
    parser.add_argument("--clusters", type=int, default=CLUSTERS, help="each gets all of them")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="the fastest one counts")
    parser.add_argument("--memory-only", action="store_true", help="print the peak of one lint")
    options = parser.parse_args(argv)
    if options.memory_only:
        sys.stdout.write(f"{_peak_mb(options.routes, options.clusters)}\n")
        return 0
    report = judged(measured(options.routes, options.clusters, options.rounds))
    lines = [f"{name}: {value}" for name, value in report["figures"].items()]
    lines += [f"{bar['name']}: {bar['value']}, at most {bar['limit']}" for bar in report["bars"]]
    sys.stdout.write("\n".join([*lines, json.dumps(report)]) + "\n")
    return 0 if all(bar["ok"] for bar in report["bars"]) else 1


def measured(routes: int, clusters: int, rounds: int) -> dict[str, float]:
    """Return the figures, in seconds of processor time: the fastest of several rounds counts.

    A commit after the first is read and judged the way the gitwatcher does it.
    """
    content = dict(files(routes, clusters))
    bench = _Bench(content)
    read_s, candidate = _seconds(lambda: bench.read(bench.first))
    _refuse_errors(candidate)
    gc.freeze()
    lint, full_s, messages = linter(), float("inf"), 0
    for _ in range(rounds):
        lint = linter()
        took_s, outcome = _seconds(partial(bench.judge, lint, candidate, None))
        full_s, messages = min(full_s, took_s), len(outcome.warnings)
    edits = {name: bench.after(lint, candidate, commits) for name, commits in bench.edits.items()}
    return {
        "routes": routes,
        "clusters": clusters,
        "objects": sum(len(one.objects) for one in candidate.sets.values()),
        "messages": messages,
        "read_s": round(read_s, 3),
        "full_lint_s": round(full_s, 3),
        **{f"after_one_{name}_s": round(took_s, 4) for name, took_s in edits.items()},
        "peak_mb": _peak_in_a_process(routes, clusters),
    }


def judged(figures: dict[str, float]) -> dict[str, Any]:
    """Hold the figures against the limits; of the edits the slowest one counts."""
    edits = [value for name, value in figures.items() if name.startswith("after_one_")]
    values = {"full_lint_s": figures["full_lint_s"], "after_one_file_s": max(edits)}
    bars = [
        {
            "name": name,
            "value": values[name],
            "limit": limit,
            "better": "lower",
            "ok": values[name] <= limit,
        }
        for name, limit in LIMITS.items()
    ]
    return {"bench": "check", "figures": figures, "bars": bars}


@dataclass(frozen=True, slots=True)
class _Edit:
    """One file, before and after, many times over."""

    path: str
    change: Callable[[bytes], bytes]


_EDITS = {
    "route": _Edit("routing.yaml", changed),
    "service": _Edit("service.yaml", lambda data: data.replace(b"port: 80", b"port: 81", 1)),
    "comment": _Edit("service.yaml", lambda data: b"# moves all lines\n" + data),
    "cluster": _Edit("workloads.yaml", lambda data: data.replace(b": v1", b": v3", 1)),
    "gateway": _Edit("edge.yaml", lambda data: data.replace(b"*.example.com", b"*.example.net")),
}


class _Bench:
    """The generated files as a mirror has them, and commits that change one file each."""

    def __init__(self, content: Mapping[str, bytes]) -> None:
        remote = FakeRemote()
        repo = FakeGitRepo(remote)
        last = self.first = remote.commit(content)
        self.edits: dict[str, list[CommitId]] = {}
        for name, edit in _EDITS.items():
            found = sorted(path for path in content if path.endswith(edit.path))
            path = found[len(found) // 2]
            data, commits = content[path], []
            for _ in range(ROUNDS):
                data = edit.change(data)
                last = remote.commit({**content, path: data}, parent=last)
                commits.append(last)
            self.edits[name] = commits
        repo.fetch(_MAIN)
        self._reader = Reader(repo, FileReader(repo, _BYTES_MAX, _BYTES_MAX, MemoryRecords()))

    def read(self, commit: CommitId) -> Candidate:
        """Read a commit; what is known of it is not parsed again."""
        return self._reader.commit(commit)

    def judge(self, lint: Lint, candidate: Candidate, before: Candidate | None) -> Acceptance[Tree]:
        """Decide about a commit as the gitwatcher does."""
        return accept(_state(candidate), _state(before) if before else None, lint.findings)

    def _follow(self, lint: Lint, commit: CommitId, before: Candidate) -> Acceptance[Tree]:
        return self.judge(lint, self.read(commit), before)

    def after(self, lint: Lint, before: Candidate, commits: Sequence[CommitId]) -> float:
        """Return the time of one small commit, from its tree to the decision."""
        best = float("inf")
        for commit in commits:
            self.judge(lint, before, None)
            took_s, _ = _seconds(partial(self._follow, lint, commit, before))
            best = min(best, took_s)
        return best


def _state(candidate: Candidate) -> State[Tree]:
    if candidate.view is None:
        raise SystemExit("bench check: the fleet cannot be read")
    return State(candidate.view, candidate.sets)


def _seconds(run: Callable[[], Any]) -> tuple[float, Any]:
    """Time a run as the gitwatcher does it: cycles are looked for afterwards."""
    gc.collect()
    gc.disable()
    began = time.process_time()
    result = run()
    took = time.process_time() - began
    gc.enable()
    return took, result


def _refuse_errors(candidate: Candidate) -> None:
    """Refuse to measure a repository with errors: its sets would not be looked at."""
    wrong = [str(one) for tree in candidate.sets.values() for one in errors(tree.messages)]
    if wrong or candidate.view is None:
        raise SystemExit(f"bench check: {wrong[:1]}")


def _peak_in_a_process(routes: int, clusters: int) -> float:
    """Return the peak of a process that reads and checks once, in MB."""
    code = "import sys; from tests.bench.check import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--memory-only"]
    command += ["--routes", str(routes), "--clusters", str(clusters)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def _peak_mb(routes: int, clusters: int) -> float:
    """Read and check, and return the peak of this process."""
    bench = _Bench(dict(files(routes, clusters)))
    candidate = bench.read(bench.first)
    outcome = bench.judge(linter(), candidate, None)
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak_kb = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    del outcome
    return round(int(peak_kb) / 1024, 1)
