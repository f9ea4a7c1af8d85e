"""`./dev bench parse`: time to parse a large repository, against PyYAML alone on the same files."""

import argparse
import gc
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import yaml

from libs.adapters.records.file import FileRecords
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.kernel.messages import errors
from libs.meshapi.meshobject import MeshObject
from libs.ports.gitrepo import TreeEntry
from libs.ports.records import Records
from services.gitwatcher.files import FileKey, FileReader, ReadFile
from tests.bench.monorepo import OBJECTS, changed, files

LIMITS = {"cold_over_yaml": 1.3, "one_file_over_cold": 0.01, "restart_over_cold": 0.1}
ROUNDS = 5
_MAIN = "refs/heads/main"
_BYTES_MAX = 1 << 30

Read = dict[FileKey, ReadFile]


def main(argv: Sequence[str]) -> int:
    """Measure. Status 0 when every limit is kept."""
    parser = argparse.ArgumentParser(prog="./dev bench parse")
    parser.add_argument("--objects", type=int, default=OBJECTS)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="the fastest one counts")
    parser.add_argument("--memory-only", action="store_true", help="print the peak of one reading")
    options = parser.parse_args(argv)
    if options.memory_only:
        sys.stdout.write(f"{_peak_mb(options.objects)}\n")
        return 0
    report = judged(measured(options.objects, options.rounds))
    lines = [f"{name}: {value}" for name, value in report["figures"].items()]
    lines += [f"{bar['name']}: {bar['value']}, at most {bar['limit']}" for bar in report["bars"]]
    sys.stdout.write("\n".join([*lines, json.dumps(report)]) + "\n")
    return 0 if all(bar["ok"] for bar in report["bars"]) else 1


def measured(objects: int, rounds: int) -> dict[str, float]:
    """Return the figures: seconds of processor time, the fastest of several rounds."""
    content = list(files(objects))
    with tempfile.TemporaryDirectory(prefix="bench-parse-") as folder:
        place = Path(folder) / "records"
        repository = _Repository(dict(content))
        known = repository.read_with_records(place)
        _check(known, objects)
        gc.freeze()
        times = {
            "yaml_s": lambda: _yaml(content),
            "cold_s": lambda: repository.read(_Nothing()),
            "restart_s": lambda: repository.read_with_records(place),
            "restart_and_build_every_model_s": lambda: _built(repository.read_with_records(place)),
            "one_file_s": lambda: repository.read_changed(known),
        }
        best = dict.fromkeys(times, float("inf"))
        for _ in range(rounds):
            for name, run in times.items():
                best[name] = min(best[name], _seconds(run))
        size = place.stat().st_size
    return {
        "objects": objects,
        "files": len(content),
        "bytes": sum(len(data) for _, data in content),
        **{name: round(seconds, 5) for name, seconds in best.items()},
        "records_bytes": size,
        "peak_mb_of_reading": _peak_in_a_process(objects),
    }


def judged(figures: dict[str, float]) -> dict[str, Any]:
    """Hold the figures against the limits."""
    values = {
        "cold_over_yaml": figures["cold_s"] / figures["yaml_s"],
        "one_file_over_cold": figures["one_file_s"] / figures["cold_s"],
        "restart_over_cold": figures["restart_s"] / figures["cold_s"],
    }
    bars = [
        {
            "name": name,
            "value": round(values[name], 4),
            "limit": limit,
            "better": "lower",
            "ok": values[name] <= limit,
        }
        for name, limit in LIMITS.items()
    ]
    return {"bench": "parse", "figures": figures, "bars": bars}


class _Nothing:
    """Records that are not there yet, and take what is put."""

    def get(self, name: str) -> None:
        """Return nothing."""

    def put(self, name: str, record: bytes) -> None:
        """Take it."""


class _Repository:
    """The generated files as a mirror has them."""

    def __init__(self, content: dict[str, bytes]) -> None:
        remote = FakeRemote()
        self._repo = FakeGitRepo(remote)
        first = remote.commit(content)
        path = sorted(content)[len(content) // 2]
        edited = {**content, path: changed(content[path])}
        second = remote.commit(edited, parent=first)
        self._repo.fetch(_MAIN)
        self._entries: tuple[TreeEntry, ...] = tuple(self._repo.entries(first))
        self._edited: tuple[TreeEntry, ...] = tuple(self._repo.entries(second))

    def read(self, records: Records) -> Read:
        """Read every file as a process does that has just started."""
        return FileReader(self._repo, _BYTES_MAX, _BYTES_MAX, records).read(self._entries, {})

    def read_with_records(self, place: Path) -> Read:
        """Read every file as a process does that finds the records of an earlier one."""
        records = FileRecords(place, "bench")
        try:
            return self.read(records)
        finally:
            records.close()

    def read_changed(self, known: Read) -> Read:
        """Read the next commit, which changes one file."""
        return FileReader(self._repo, _BYTES_MAX, _BYTES_MAX, MemoryRecords()).read(
            self._edited, known
        )


def _built(read: Read) -> list[MeshObject]:
    """Ask for every object: after a restart each is built when it is first asked for."""
    return [one.object for file in read.values() for one in file.parsed.objects]


def _yaml(content: Sequence[tuple[str, bytes]]) -> list[list[Any]]:
    return [list(yaml.load_all(data, Loader=yaml.CSafeLoader)) for _, data in content]


def _seconds(run: Callable[[], object]) -> float:
    """Time a run as the gitwatcher does it: cycles are looked for afterwards."""
    gc.collect()
    gc.disable()
    began = time.process_time()
    result = run()
    took = time.process_time() - began
    gc.enable()
    del result
    return took


def _check(read: Read, objects: int) -> None:
    """Refuse to measure a repository that is not read whole and without an error."""
    found = [one for file in read.values() for one in file.parsed.objects]
    wrong = [str(one) for file in read.values() for one in errors(file.parsed.messages)]
    if wrong or len(found) != objects:
        raise SystemExit(f"bench parse: {len(found)} objects of {objects}; {wrong[:1]}")


def _peak_in_a_process(objects: int) -> float:
    """Return the peak of a process that reads the files once, above one that reads none."""
    return round(_run(objects) - _run(0), 1)


def _run(objects: int) -> float:
    code = "import sys; from tests.bench.parse import main; sys.exit(main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "--memory-only", "--objects", str(objects)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    return float(done.stdout)


def _peak_mb(objects: int) -> float:
    """Read, and return the peak of this process; `ru_maxrss` would count its parent's as well."""
    held = _Repository(dict(files(objects))).read(_Nothing()) if objects else {}
    status = Path("/proc/self/status").read_text(encoding="ascii")
    peak_kb = next(line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:"))
    del held
    return int(peak_kb) / 1024
