"""Waits between layers: until kinds are served, objects are gone, and proxies are live."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.origins import ObjectKey
from libs.kernel.proxies import SyncStatus
from libs.observed.health import Health, health_of
from libs.ports.clock import Clock
from libs.ports.kubecluster import KubeCluster
from libs.ports.store import Store

ESTABLISH_S_MAX = 30.0
GONE_S_MAX = 10.0
LIVE_S_MAX = 20.0
POLL_S = 0.1

Behind = Callable[[], str]
"""Says why connected proxies are not yet live on what the cluster should have; empty if all are."""


@dataclass(frozen=True, slots=True)
class Gates:
    """What an execution waits for, each at most for its time."""

    cluster: KubeCluster
    clock: Clock
    behind: Behind

    def established(self, keys: Iterable[ObjectKey]) -> Mapping[ObjectKey, str]:
        """Wait until definitions are served; return those that are not, with the reason."""
        waiting = dict.fromkeys(keys, "the kind was not established in time")

        def settle() -> bool:
            for key in list(waiting):
                live = self.cluster.get(key)
                verdict = health_of(live) if live is not None else None
                if verdict is not None and verdict.health is Health.CURRENT:
                    del waiting[key]
                elif verdict is not None and verdict.health is Health.FAILED:
                    waiting[key] = verdict.reason
            return not waiting

        self._until(settle, ESTABLISH_S_MAX)
        self.cluster.discover()
        return waiting

    def gone(self, key: ObjectKey) -> bool:
        """Wait until an object is no more."""
        return self._until(lambda: self.cluster.get(key) is None, GONE_S_MAX)

    def live(self, is_newest: Callable[[], bool]) -> str:
        """Wait until proxies are live; return why they are not, empty when they are.

        Ends early when something newer is wanted.
        """
        reason = ""

        def settle() -> bool:
            nonlocal reason
            reason = self.behind()
            return not reason or not is_newest()

        self._until(settle, LIVE_S_MAX)
        return f"{reason}; what proxies used before stays" if reason else ""

    def _until(self, holds: Callable[[], bool], timeout_s: float) -> bool:
        deadline_s = self.clock.monotonic_s() + timeout_s
        while not holds():
            if self.clock.monotonic_s() >= deadline_s:
                return False
            self.clock.sleep(POLL_S)
        return True


def proxies_behind(store: Store, cluster: ClusterName, revision: RevisionId) -> str:
    """Say how many connected proxies of a cluster are not live on a revision; empty for none."""
    count = sum(
        record.cluster == cluster
        and record.status is not SyncStatus.GONE
        and record.live_revision != revision
        for record in store.proxies()
    )
    return f"{count} proxies are not live on the target yet" if count else ""
