"""Two reconcilers and one API server, whose audit log says who wrote what, and when."""

import os
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from libs.kernel.inventory import Action, ClusterReport, RoundState
from tests.e2e.kubestack import CLUSTER, FLEET, config_map, until, value
from tests.e2e.pushes import Watched
from tools.child.process import Child, ChildSpec
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ApiServer

NAME = "handed-over"
TAKE_OVER_S_MAX = 15.0
OBJECTS = 400
WRITES = frozenset({"create", "update", "patch", "delete"})
STALE_S = 2.5
"""So long a continued owner is watched: more than one look at the lease."""


@dataclass(slots=True)
class Rivals:
    """A server, and two reconcilers of one Store that speak to it as `first` and `second`.

    `begun` is where the audit log was when they came.
    """

    server: ApiServer
    watched: Watched
    folder: Path
    begun: int
    running: dict[str, Child]

    def start(self, user: str) -> Child:
        """Start a reconciler as it ships."""
        environment = {
            "PERIPLUS_RECONCILER_STORE_URL": f"sqlite:///{self.folder / 'store.sqlite'}",
            "PERIPLUS_RECONCILER_KUBECONFIG": str(self.server.kubeconfig(user)),
        }
        command = [sys.executable, "-m", "services.reconciler"]
        spec = ChildSpec(user, command, self.folder / f"{user}.log", environment)
        child = self.running[user] = Child(spec)
        return child

    def push(self, shop: str) -> None:
        """Push the objects of a set, and move the target."""
        self.watched.push(
            {
                "fleet.yaml": (FLEET % "").encode(),
                "configs/shop/all.yaml": shop.encode(),
                "configs/base/all.yaml": config_map("base").encode(),
                f"clusters/{NAME}/cluster.yaml": (CLUSTER % (NAME, self.server.name)).encode(),
            }
        )

    def settled(self) -> ClusterReport:
        """Return the report of the newest revision, when it is carried out."""
        found: list[ClusterReport] = []

        def is_done() -> bool:
            newest = self.watched.newest.id
            found[:] = [one for one in self.watched.store.reports() if one.revision == newest]
            return any(one.state is RoundState.DONE for one in found)

        until("the newest revision is carried out", is_done)
        return found[0]

    def events(self, user: str) -> list[dict[str, Any]]:
        """Return what the server was asked by a user, oldest first."""
        return [one for one in self.server.audited(self.begun) if one["user"]["username"] == user]

    def writes(self, user: str, since: str = "") -> list[str]:
        """Return what a user wrote by requests that came after a time; leases are no such thing."""
        return [
            f"{one['verb']} {one['requestURI']}"
            for one in self.events(user)
            if _is_write(one)
            and one["objectRef"]["resource"] != "leases"
            and one["requestReceivedTimestamp"] > since
        ]

    def taken_at(self, user: str) -> str:
        """Return when a user first took the lease; nothing where it did not."""
        took = [
            one["stageTimestamp"]
            for one in self.events(user)
            if _is_write(one) and one["objectRef"]["resource"] == "leases"
        ]
        return took[0] if took else ""


def _is_write(event: dict[str, Any]) -> bool:
    """Say whether a request changed something."""
    is_dry = "dryRun=All" in event["requestURI"]
    return event["verb"] in WRITES and not is_dry and event["responseStatus"]["code"] < 300


@pytest.fixture
def rivals(kube_fleet: Fleet, tmp_path: Path) -> Iterator[Rivals]:
    """A server with an audit log, and nobody who works on it yet."""
    (server,) = pooled(kube_fleet)
    watched = Watched.create(tmp_path, f"sqlite:///{tmp_path / 'store.sqlite'}")
    made = Rivals(server, watched, tmp_path, server.audit_bytes, {})
    try:
        yield made
    finally:
        for child in made.running.values():
            child.kill()
        watched.store.close()


def test_an_owner_that_was_stopped_writes_nothing_after_the_take_over(rivals: Rivals) -> None:
    """The other takes over in the middle of a plan within 15 s, and ends what was begun."""
    rivals.push(config_map("a"))
    first = rivals.start("first")
    rivals.settled()
    second = rivals.start("second")
    until("the second looks at the lease", lambda: bool(rivals.events("second")))
    assert rivals.writes("second") == []

    many = "".join(config_map(f"many{number}") for number in range(OBJECTS))
    rivals.push(config_map("a") + many)
    until("the first is writing", lambda: len(rivals.writes("first")) > 20)
    os.kill(first.pid, signal.SIGSTOP)
    stopped_s = time.monotonic()
    until("the second takes over", lambda: bool(rivals.taken_at("second")))
    assert time.monotonic() - stopped_s < TAKE_OVER_S_MAX
    taken = rivals.taken_at("second")
    assert len(rivals.writes("first")) < OBJECTS
    rivals.settled()

    os.kill(first.pid, signal.SIGCONT)
    time.sleep(STALE_S)
    rivals.push(config_map("a", "2") + many)
    assert rivals.settled().counts == {Action.CONFIGURED: 1, Action.UNCHANGED: OBJECTS + 1}
    time.sleep(STALE_S)
    assert rivals.writes("first", taken) == []

    second.stop()
    rivals.push(config_map("a", "3") + many)
    rivals.settled()
    assert value(rivals.server, "a") == "3"
    assert len(rivals.writes("first", taken)) == 1
