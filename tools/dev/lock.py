"""`./dev lock`: writes the lock files anew from what is asked for; `--upgrade` takes the newest."""

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from tools.dev import shell

_LOCKS = (("pyproject.toml", "runtime"), ("requirements/dev.in", "dev"))
_ALONE = ("envoy", "xds-protos")
_OPTIONS = (
    "--quiet",
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-annotate",
    "--no-header",
    # A lock file names packages and hashes; where they come from is the client's own setting.
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
)


def main(args: Sequence[str]) -> int:
    """Lock everything; stops at the first that cannot be resolved."""
    for source, name in _LOCKS:
        status = _compile(source, shell.ROOT / f"requirements/{name}.txt", args)
        if status:
            return status
    return next((s for s in (_compile_alone(name, args) for name in _ALONE) if s), 0)


def _compile(source: str, target: Path, args: Sequence[str]) -> int:
    return shell.run(
        [sys.executable, "-m", "piptools", "compile", *_OPTIONS, *args, source, "-o", str(target)]
    )


def _compile_alone(name: str, args: Sequence[str]) -> int:
    """Lock one wheel without what it depends on: it gets a folder of its own."""
    with tempfile.TemporaryDirectory(prefix="lock-") as folder:
        full = Path(folder) / "full.txt"
        status = _compile(f"requirements/{name}.in", full, args)
        if status == 0:
            wanted = (shell.ROOT / f"requirements/{name}.in").read_text(encoding="utf-8").strip()
            target = shell.ROOT / f"requirements/{name}.txt"
            target.write_text(only(full.read_text(encoding="utf-8"), wanted), encoding="utf-8")
        return status


def only(lock: str, requirement: str) -> str:
    """Give the lines of a lock that belong to one requirement."""
    kept: list[str] = []
    for line in lock.splitlines(keepends=True):
        if line.startswith(" "):
            kept += [line] if kept and kept[-1].rstrip().endswith("\\") else []
        elif line.startswith(requirement):
            kept.append(line)
    return "".join(kept)
