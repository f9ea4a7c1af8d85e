"""A reconciler as it ships, in a process of its own, and what it costs."""

import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from libs.adapters.sql.store import open_store
from libs.kernel.inventory import RoundState
from libs.kernel.revisions import Revision
from libs.ports.store import Store
from tools.child.process import Child, ChildSpec
from tools.kubeapi.server import ApiServer

PATIENCE_S = 900.0
POLL_S = 0.05


@dataclass(frozen=True, slots=True)
class Reconciler:
    """The process, the Store that tells it what to do, and the server that it works on."""

    child: Child
    store: Store
    server: ApiServer

    def settled(self, revision: Revision) -> float:
        """Return after how many seconds a revision is carried out.

        Raises RuntimeError when it is not.
        """
        started_s = time.perf_counter()
        while time.perf_counter() - started_s < PATIENCE_S:
            for report in self.store.reports():
                if report.revision == revision.id and report.state is RoundState.DONE:
                    return time.perf_counter() - started_s
            if self.child.status is not None:
                break
            time.sleep(POLL_S)
        raise RuntimeError(f"{revision.id} was not carried out: {self.store.reports()}")

    @property
    def cpu_s(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self.child.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    @property
    def memory_mb(self) -> float:
        """Most memory that it ever had."""
        lines = Path(f"/proc/{self.child.pid}/status").read_text().splitlines()
        found = next(line for line in lines if line.startswith("VmHWM:"))
        return int(found.split()[1]) / 1024

    def requests(self) -> "Counter[str]":
        """Count what it asked for so far, but for the lease, which is renewed always."""
        found: Counter[str] = Counter()
        for event in self.server.audited():
            resource = event.get("objectRef", {}).get("resource")
            if not event.get("userAgent", "").startswith("periplus") or resource == "leases":
                continue
            if event["verb"] in {"get", "list", "watch"}:
                found["read"] += 1
            else:
                found["dry run" if "dryRun" in event["requestURI"] else "write"] += 1
        return found


@contextmanager
def reconciling(server: ApiServer, folder: Path) -> Iterator[Reconciler]:
    """Start one over an empty Store."""
    url = f"sqlite:///{folder / 'store.sqlite'}"
    store = open_store(url)
    environment = {
        "PERIPLUS_RECONCILER_STORE_URL": url,
        "PERIPLUS_RECONCILER_KUBECONFIG": str(server.kubeconfig()),
    }
    command = [sys.executable, "-m", "services.reconciler"]
    child = Child(ChildSpec("reconciler", command, folder / "reconciler.log", environment))
    try:
        yield Reconciler(child, store, server)
    finally:
        child.stop()
        store.close()
