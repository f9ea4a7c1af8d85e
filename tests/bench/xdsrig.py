"""A frontend process as it is shipped, a scripted compiler, and many proxies in a third process."""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from libs.kernel.ids import ProxyId
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import Snapshot
from tests.e2e import certificates
from tests.e2e.xdscompiler import ScriptedCompiler
from tests.e2e.xdsstack import ROOT, Stack, stack
from tools.child.process import Child

SETTLE_S = 120.0
IDENTITY = "spiffe://cluster.local/ns/default/sa/default"


@dataclass(slots=True)
class Proxies:
    """The other end of `tests.bench.adsclients`."""

    process: subprocess.Popen[str]

    def do(self, command: str) -> Any:
        """Send a command and return its answer. Raises EOFError when the process has ended."""
        if self.process.stdin is None or self.process.stdout is None:
            raise EOFError("the proxies have no pipes")
        self.process.stdin.write(command + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            raise EOFError(f"the proxies ended at `{command}`")
        return json.loads(line)


@dataclass(slots=True)
class Rig:
    """What one bench runs."""

    compiler: ScriptedCompiler
    frontend: Child
    proxies: Proxies
    _seen: int = 0
    _synced: set[ProxyId] = field(default_factory=set)

    def settle(self, snapshot: Snapshot, proxies: int) -> float:
        """Wait until so many proxies acknowledged a snapshot; return when the last one did.

        The time is the frontend's, in seconds since the epoch.
        """
        self._synced.clear()
        statuses = self.compiler.statuses

        def found() -> float | None:
            while self._seen < len(statuses):
                status = statuses[self._seen]
                self._seen += 1
                fits = status.snapshot == snapshot.version and status.sync is SyncStatus.SYNCED
                if fits and not status.proxy.startswith("sidecar~10.9.9.9"):
                    self._synced.add(status.proxy)
                    if len(self._synced) >= proxies:
                        return status.at_s
            return None

        return self.compiler.wait_for(f"{proxies} proxies in step", found, SETTLE_S)


@contextmanager
def rig(routes: Sequence[str]) -> Iterator[Rig]:
    """Start all of it; proxies ask for these route configurations."""
    with tempfile.TemporaryDirectory() as folder, stack(Path(folder)) as made:
        compiler = made.compiler()
        made.env.update(_certified(Path(folder)))
        frontend = made.frontend()
        with _proxies(made, routes) as proxies:
            yield Rig(compiler, frontend, proxies)


def _certified(folder: Path) -> dict[str, str]:
    """Make certificates for the frontend and for all proxies; return the frontend's settings."""
    certificates.make(folder, ())
    certificates.vouch(folder, "xds", "DNS:xds")
    certificates.vouch(folder, "proxy", f"URI:{IDENTITY}")
    files = {"CHAIN": "xds.pem", "KEY": "xds.key", "ROOTS": "ca.pem"}
    settings = {f"TLS__{name}": str(folder / file) for name, file in files.items()}
    return {**settings, "TLS__DEFAULT_CLUSTER": "default"}


@contextmanager
def _proxies(made: Stack, routes: Sequence[str]) -> Iterator[Proxies]:
    told = {
        "host": "127.0.0.1",
        "port": made.port,
        "routes": list(routes),
        "certificates": str(made.folder),
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.adsclients", json.dumps(told)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    try:
        yield Proxies(process)
    finally:
        process.kill()
        process.wait()


def cpu_s(pid: int) -> float:
    """Seconds of processor that all threads of a process have used."""
    threads = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(one.read_text().split()[0]) for one in threads) / 1e9
