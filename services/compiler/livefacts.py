"""What running clusters say of their services, followed by one thread and read by the compiler."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from libs.adapters.kube.connecting import Connector
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import Origin
from libs.meshapi.fleet import Cluster
from libs.meshapi.meshobject import MeshObject
from libs.ports.clock import Clock
from libs.ports.kubecluster import KubeCluster, Watch
from libs.registry.live import WATCHED, ClusterFacts
from libs.registry.onemesh import Remote, one_mesh
from libs.telemetry.logs import get_logger
from services.compiler.facts import Placed

LOOK_S = 0.1
"""For how long a change may wait before the compiler hears of it."""
Marks = tuple[tuple[ClusterName, int], ...]
"""How often the facts of each cluster of a mesh have changed."""
REMOTES_S = 5.0
"""How often Secrets are looked at that name clusters."""
RETRY_S = 1.0


@dataclass(slots=True)
class Followed:
    """One cluster: its watch, what it said, and the network that its Pods are in."""

    watch: Watch
    network: str = ""
    in_mesh: bool = False
    facts: ClusterFacts = field(default_factory=ClusterFacts)
    objects: tuple[MeshObject, ...] = ()
    changes: int = 0


@dataclass(slots=True)
class LiveFacts:
    """`FactSource` of running clusters.

    The home cluster and those that its Secrets name are one mesh: each sees the endpoints of all.
    `wake` is called when a fact changed. `home` is the name that the fleet gives to the home
    cluster, by the context that both name.
    """

    connector: Connector
    clock: Clock
    wake: Callable[[], None]
    home_context: str = ""
    _wanted: Mapping[ClusterName, Cluster] = field(default_factory=dict)
    _followed: dict[ClusterName, Followed] = field(default_factory=dict)
    _said: set[str] = field(default_factory=set)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _placed: dict[ClusterName, tuple[Marks, tuple[Placed, ...]]] = field(default_factory=dict)

    def follow(self, clusters: Mapping[ClusterName, Cluster]) -> None:
        """Follow the clusters that have an API server; the thread takes it up."""
        with self._lock:
            self._wanted = {
                name: one for name, one in clusters.items() if one.spec.connection.static is None
            }

    def of(self, cluster: ClusterName) -> tuple[Placed, ...]:
        """Return the facts of a cluster, and of its mesh."""
        with self._lock:
            if cluster not in self._wanted:
                return ()
            own = self._followed.get(cluster)
            if own is None or not own.facts.is_complete:
                blind = ", ".join(sorted(set(own.facts.blind.values()))) if own else ""
                raise WaitingError(f"{cluster} was not seen yet {blind}".strip(), RETRY_S)
            members = self._mesh(cluster) if own.in_mesh else {cluster: own}
            marks = tuple((name, one.changes) for name, one in members.items())
            known = self._placed.get(cluster)
            if known is None or known[0] != marks:
                known = self._placed[cluster] = marks, _placed(cluster, members)
            return known[1]

    def run(self, stopping: threading.Event) -> None:
        """Follow until stopped."""
        remotes_s = 0.0
        while not stopping.is_set():
            now_s = self.clock.monotonic_s()
            self._start_and_stop(look_for_remotes=now_s >= remotes_s)
            remotes_s = now_s + REMOTES_S if now_s >= remotes_s else remotes_s
            if self._poll():
                self.wake()
            stopping.wait(LOOK_S)
        for one in self._followed.values():
            one.watch.close()

    def _poll(self) -> bool:
        changed = False
        for one in list(self._followed.values()):
            events = one.watch.poll(0.0)
            with self._lock:
                if events and one.facts.take(events):
                    one.objects = one.facts.objects()
                    one.changes += 1
                    changed = True
        return changed

    def _start_and_stop(self, *, look_for_remotes: bool) -> None:
        with self._lock:
            wanted = dict(self._wanted)
        for name, cluster in wanted.items():
            connection = cluster.spec.connection
            if name not in self._followed:
                self._begin(name, partial(self.connector.connect, name, connection))
                self._place(name, cluster)
        if look_for_remotes and self.connector.home is not None:
            self._follow_remotes(wanted)

    def _place(self, name: ClusterName, cluster: Cluster) -> None:
        connection = cluster.spec.connection
        is_home = bool(self.home_context) and connection.context == self.home_context
        if name in self._followed:
            self._followed[name].network = cluster.spec.network
            self._followed[name].in_mesh = is_home or connection.kubeconfig_secret is not None

    def _follow_remotes(self, wanted: Mapping[ClusterName, Cluster]) -> None:
        try:
            remotes = self.connector.remotes()
        except (StalledError, TransientError, WaitingError) as error:
            self._say(f"Secrets of remote clusters cannot be read: {error.reason}")
            return
        for name, cluster in remotes.items():
            if name not in self._followed:
                self._begin(name, partial(_same, cluster))
            if name in self._followed:
                self._followed[name].in_mesh = True
        for name in self._followed.keys() - wanted.keys() - remotes.keys():
            with self._lock:
                gone = self._followed.pop(name)
            gone.watch.close()
            self.wake()

    def _begin(self, name: ClusterName, connect: Callable[[], KubeCluster]) -> None:
        try:
            watch = connect().watch(WATCHED)
        except StalledError as error:
            self._say(error.reason)
            return
        with self._lock:
            self._followed[name] = Followed(watch)
        get_logger().info("cluster followed", cluster=name)

    def _mesh(self, cluster: ClusterName) -> dict[ClusterName, Followed]:
        """Return the clusters of the mesh, this one first."""
        others = sorted(name for name, one in self._followed.items() if one.in_mesh)
        return {name: self._followed[name] for name in (cluster, *others)}

    def _say(self, sentence: str) -> None:
        if sentence not in self._said:
            self._said.add(sentence)
            get_logger().error("cluster not followed", reason=sentence)


def _same(cluster: KubeCluster) -> KubeCluster:
    return cluster


def _placed(cluster: ClusterName, members: Mapping[ClusterName, Followed]) -> tuple[Placed, ...]:
    remotes = [
        Remote(name, one.objects, one.network) for name, one in members.items() if name != cluster
    ]
    origin = Origin(f"cluster {cluster}")
    return tuple((one, origin) for one in one_mesh(members[cluster].objects, remotes))
