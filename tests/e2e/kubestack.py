"""Real API servers that follow real pushes: gitwatcher and reconciler, moved by a test."""

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock
from typing import Any

from libs.adapters.kube.access import Allowed
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.kube.connecting import Connector
from libs.adapters.kube.watching import Limits
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.system.steps import NoSteps
from libs.desired.fleetview import FleetView
from libs.desired.stored import RevisionReader
from libs.kernel.ids import RevisionId
from libs.kernel.inventory import ClusterReport, RoundState
from services.reconciler.direction import StoredDirection
from services.reconciler.onecluster import Shared
from services.reconciler.workers import Workers
from tests.e2e.pushes import Watched
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer

PATIENCE_S = 60.0
FLEET = """\
apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  sets:
  - {name: shop, paths: [configs/shop]%s}
  - {name: base, paths: [configs/base]}
"""
CLUSTER = """\
apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: %s}
spec: {connection: {context: %s}}
"""


def config_map(name: str, value: str = "1") -> str:
    """Return a ConfigMap as YAML."""
    return (
        f"---\napiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}}}\n"
        f"data: {{value: '{value}'}}\n"
    )


@dataclass(slots=True)
class KubeStack:
    """A repository and the servers that follow it."""

    watched: Watched
    servers: Sequence[ApiServer]
    kubeconfig: Path
    workers: Workers

    def push(self, shop: str, *, base: str = "", settings: str = "") -> None:
        """Push the objects of both sets, and let the reconciler know."""
        self.push_files(self.files(shop, base, settings))

    def push_files(self, files: Mapping[str, bytes | None]) -> None:
        """Push any files, and let the reconciler know."""
        self.watched.push(files)
        self.workers.follow()

    def files(self, shop: str, base: str = "", settings: str = "") -> dict[str, bytes | None]:
        """Return a whole repository."""
        clusters = {
            f"clusters/{one.name}/cluster.yaml": (CLUSTER % (one.name, one.name)).encode()
            for one in self.servers
        }
        return {
            "fleet.yaml": (FLEET % settings).encode(),
            "configs/shop/all.yaml": shop.encode(),
            "configs/base/all.yaml": (base or config_map("base")).encode(),
            **clusters,
        }

    def settled(self, *states: RoundState, about: str = "") -> dict[str, ClusterReport]:
        """Wait until every cluster reports one of `states` for the newest revision.

        `about` is a text that a result has to have.
        """
        wanted = states or (RoundState.DONE,)
        reports: dict[str, ClusterReport] = {}
        deadline_s = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline_s:
            reports = {str(one.cluster): one for one in self.watched.store.reports()}
            if len(reports) == len(self.servers) and all(
                one.revision == self.watched.newest.id
                and one.state in wanted
                and (not about or any(about in each.reason for each in one.results))
                for one in reports.values()
            ):
                return reports
            time.sleep(0.05)
        told = [(one.cluster, one.state, one.reason, one.results[:2]) for one in reports.values()]
        raise AssertionError(f"the clusters do not become {wanted}: {told}")

    def contexts(self, token: str = "") -> None:
        """Write the kubeconfig of all servers; with `token`, one that none of them knows."""
        parts: dict[str, list[Any]] = {"clusters": [], "users": [], "contexts": []}
        for one in self.servers:
            found = json.loads(one.kubeconfig().read_text(encoding="utf-8"))
            found["users"][0]["name"] = found["contexts"][0]["context"]["user"] = one.name
            if token:
                found["users"][0]["user"] = {"token": token}
            for name, kept in parts.items():
                kept.extend(found[name])
        content = {"apiVersion": "v1", "kind": "Config", **parts}
        self.kubeconfig.write_text(json.dumps(content), encoding="utf-8")


def value(server: ApiServer, name: str) -> str | None:
    """Return the value in a ConfigMap; None where there is none."""
    answer = server.call("GET", f"/api/v1/namespaces/default/configmaps/{name}")
    found: str | None = answer.body.get("data", {}).get("value")
    return found


def until(what: str, holds: Any) -> None:
    """Wait until something holds."""
    deadline_s = time.monotonic() + PATIENCE_S
    while not holds():
        if time.monotonic() > deadline_s:
            raise AssertionError(f"{what} did not happen")
        time.sleep(0.05)


@contextmanager
def running(fleet: Fleet, folder: Path, count: int) -> Iterator[KubeStack]:
    """Take empty servers and start what follows the repository; threads end with it."""
    servers = pooled(fleet, count)
    watched = Watched.create(folder, f"sqlite:///{folder / 'store.sqlite'}")
    clock = SystemClock()
    client = KubeClient(clock, SystemRng(), Limits(unserved_retry_s=0.5))
    lock, reader = Lock(), RevisionReader(watched.store)
    kubeconfig = folder / "kubeconfig"

    @lru_cache(64)
    def view(revision: RevisionId) -> FleetView:
        with lock:
            found = watched.store.revision(revision)
            if found is None:
                raise LookupError(revision)
            return reader.view(found)

    shared = Shared(
        watched.store, clock, NoSteps(), StoredDirection(watched.store, reader, reading=lock)
    )
    allowed = Allowed(files=True, proxy=True)
    connector = Connector(client, kubeconfig, allowed, servers[0].name)
    workers = Workers(shared, connector.connect, view, 0.1, "the test")
    stack = KubeStack(watched, servers, kubeconfig, workers)
    stack.contexts()
    try:
        yield stack
    finally:
        workers.stop()
        client.close()
        watched.store.close()
