"""How much memory a process and everything below it uses, as the Linux kernel counts it."""

from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_KIB_PER_MB = 1_000_000 / 1024


@dataclass(frozen=True, slots=True)
class Memory:
    """Megabytes. `pss_mb` counts a page shared by n processes as 1/n in each; `rss_mb` as whole."""

    pss_mb: float
    rss_mb: float


def memory_below(pid: int, proc: Path = _PROC) -> Memory:
    """Add up a process and its descendants. Processes that end meanwhile count nothing."""
    pss_kib = rss_kib = 0
    for each in [pid, *_descendants(pid, proc)]:
        fields = _rollup(each, proc)
        pss_kib += fields.get("Pss", 0)
        rss_kib += fields.get("Rss", 0)
    return Memory(round(pss_kib / _KIB_PER_MB, 1), round(rss_kib / _KIB_PER_MB, 1))


def _descendants(pid: int, proc: Path) -> list[int]:
    """Return all processes below one, whichever thread started them."""
    found = []
    for path in proc.glob(f"{pid}/task/*/children"):
        for child in _text(path).split():
            found += [int(child), *_descendants(int(child), proc)]
    return found


def _rollup(pid: int, proc: Path) -> dict[str, int]:
    """Return the kernel's sums for one process in KiB."""
    fields = {}
    for line in _text(proc / str(pid) / "smaps_rollup").splitlines()[1:]:
        name, _, rest = line.partition(":")
        fields[name] = int(rest.split()[0])
    return fields


def _text(path: Path) -> str:
    """Read a file of a process; empty when the process is gone."""
    try:
        return path.read_text()
    except OSError:
        return ""
