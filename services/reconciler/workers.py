"""A thread for each cluster with an API server. Clusters without one cost nothing."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from libs.desired.fleetview import FleetView
from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.inventory import ClusterReport
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.revisions import Target
from libs.meshapi.fleet import Connection
from libs.ports.kubecluster import KubeCluster
from libs.telemetry.logs import get_logger
from services.reconciler.lease import ClusterLease, LeaseThread
from services.reconciler.onecluster import OneCluster, Shared

JOIN_S_MAX = 10.0
RETRY_S = 1.0

Connect = Callable[[ClusterName, Connection], KubeCluster]
"""Makes the client of a cluster. Raises StalledError where nobody can reach it that way."""


@dataclass(slots=True)
class Board:
    """What all threads read: where clusters should go, and what is confirmed."""

    targets: Mapping[ClusterName, Target] = field(default_factory=dict)
    confirmations: Mapping[ClusterName, PlanHash] = field(default_factory=dict)


@dataclass(slots=True)
class Worker:
    """One cluster's thread: a round, a while of listening, and again, while the lease is ours."""

    one: OneCluster
    lease: ClusterLease
    board: Board
    listen_s: float
    connection: Connection
    stopping: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; a process that ends does not wait for it."""
        self.thread = threading.Thread(target=self.run, name=self.one.name, daemon=True)
        self.thread.start()

    def stop(self) -> None:
        """End after the present round."""
        self.stopping.set()
        if self.thread is not None:
            self.thread.join(JOIN_S_MAX)

    def run(self) -> None:
        """Work until stopped, and give the cluster back."""
        holding = LeaseThread(self.lease)
        holding.start()
        try:
            while not self.stopping.is_set():
                self.one_turn()
        finally:
            self.one.close()
            holding.stop()

    def one_turn(self) -> None:
        """Go one round, say what is new, and listen."""
        try:
            self._turned(self.board.targets.get(self.one.name))
        except TransientError as error:
            get_logger().warning("store not available", reason=error.reason)
            self.one.shared.clock.sleep(RETRY_S)

    def _turned(self, target: Target | None) -> None:
        try:
            if target is not None:
                _log(self.one.one_round(target, self.board.confirmations.get(self.one.name)))
            self.one.wait(self.listen_s)
        except WaitingError:
            self._stand_by(target)

    def _stand_by(self, target: Target | None) -> None:
        """Leave the cluster to its owner; where it can have none, say why."""
        self.one.rest()
        if target is not None and self.lease.trouble:
            _log(self.one.ownerless(target, self.lease.trouble))
        self.stopping.wait(self.listen_s)


@dataclass(slots=True)
class Workers:
    """Threads by cluster, as the fleet has clusters. `identity` is unique to the process."""

    shared: Shared
    connect: Connect
    view: Callable[[RevisionId], FleetView]
    listen_s: float
    identity: str
    board: Board = field(default_factory=Board)
    running: dict[ClusterName, Worker] = field(default_factory=dict)
    refused: dict[ClusterName, str] = field(default_factory=dict)

    def follow(self) -> None:
        """Read targets and confirmations; start and stop threads as clusters come and go.

        Raises TransientError when the Store is away.
        """
        self.board.targets = self.shared.store.targets()
        self.board.confirmations = self.shared.store.confirmations()
        wanted = {
            name: connection
            for name, target in self.board.targets.items()
            if (connection := self._connection(target)) is not None
        }
        for name, worker in list(self.running.items()):
            if wanted.get(name) != worker.connection:
                worker.stop()
                del self.running[name]
        for name in sorted(wanted.keys() - self.running.keys()):
            self._start(name, wanted[name])

    def stop(self) -> None:
        """End all threads after their present rounds."""
        for worker in self.running.values():
            worker.stopping.set()
        for worker in self.running.values():
            worker.stop()

    def _connection(self, target: Target) -> Connection | None:
        """Return how the API server of a cluster is reached; None for one without."""
        cluster = self.view(target.revision).clusters.get(target.cluster)
        if cluster is None or cluster.spec.connection.static is not None:
            return None
        return cluster.spec.connection

    def _start(self, name: ClusterName, connection: Connection) -> None:
        try:
            cluster = self.connect(name, connection)
            # Connections of its own: a long batch of writes must not hold up a renewal.
            leased = self.connect(name, connection)
        except StalledError as error:
            if self.refused.get(name) != error.reason:
                self.refused[name] = error.reason
                get_logger().error("cluster not reachable", cluster=name, reason=error.reason)
            return
        lease = ClusterLease(leased, self.shared.clock, self.identity)
        one = OneCluster(self.shared, cluster, lease.deadline_s)
        worker = self.running[name] = Worker(one, lease, self.board, self.listen_s, connection)
        worker.start()


def _log(report: ClusterReport | None) -> None:
    if report is None:
        return
    get_logger().info(
        "cluster reconciled",
        cluster=report.cluster,
        revision=report.revision,
        state=report.state.value,
        reason=report.reason or None,
        **{action.value: count for action, count in report.counts.items()},
    )
