"""A Store that fails when it is told to, around any other Store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TypeVar

from libs.kernel.ids import (
    ClusterName,
    ObjectHash,
    PlanHash,
    RevisionId,
    SourceName,
    TreeHash,
)
from libs.kernel.inventory import ClusterReport, InventoryRecord
from libs.kernel.looperrors import TransientError
from libs.kernel.origins import ObjectKey
from libs.kernel.proxies import ProxyRecord
from libs.kernel.revisions import Manifest, Revision, SourceState, StoredObject, Target
from libs.kernel.rollouts import RolloutEvent, RolloutState
from libs.ports.store import Store

T = TypeVar("T")

Hook = Callable[[str], None]
"""Told the name of a method; raises what the method shall raise."""


def _nothing(_method: str) -> None:
    """Let every call pass."""


class FaultyStore:
    """`Store` whose calls can fail before they do anything, or after they did it.

    The second is a lost reply: the write is there, and its writer does not know. `before` and
    `after` are free hooks; `fail_next` and `lose_reply_of_next` come in front of them.
    """

    def __init__(self, store: Store, before: Hook = _nothing, after: Hook = _nothing) -> None:
        """Wrap `store`."""
        self._store = store
        self._before = before
        self._after = after
        self._failing = 0
        self._losing = 0

    def fail_next(self, calls: int = 1) -> None:
        """Let the next calls raise TransientError and do nothing."""
        self._failing += calls

    def lose_reply_of_next(self, calls: int = 1) -> None:
        """Let the next calls do their work and raise TransientError nevertheless."""
        self._losing += calls

    def change_token(self) -> str:
        """Pass on."""
        return self._call("change_token", self._store.change_token)

    def wait_for_change(self, token: str, timeout_s: float) -> str:
        """Pass on."""
        return self._call("wait_for_change", lambda: self._store.wait_for_change(token, timeout_s))

    def source(self, name: SourceName) -> SourceState | None:
        """Pass on."""
        return self._call("source", lambda: self._store.source(name))

    def sources(self) -> Sequence[SourceState]:
        """Pass on."""
        return self._call("sources", self._store.sources)

    def record_source(self, state: SourceState) -> None:
        """Pass on."""
        self._call("record_source", lambda: self._store.record_source(state))

    def manifest(self, tree: TreeHash) -> Manifest | None:
        """Pass on."""
        return self._call("manifest", lambda: self._store.manifest(tree))

    def objects(self, hashes: Iterable[ObjectHash]) -> Mapping[ObjectHash, StoredObject]:
        """Pass on."""
        return self._call("objects", lambda: self._store.objects(hashes))

    def add_contents(self, objects: Iterable[StoredObject], manifests: Iterable[Manifest]) -> None:
        """Pass on."""
        self._call("add_contents", lambda: self._store.add_contents(objects, manifests))

    def accept(self, revision: Revision, state: SourceState) -> None:
        """Pass on."""
        self._call("accept", lambda: self._store.accept(revision, state))

    def revision(self, revision: RevisionId) -> Revision | None:
        """Pass on."""
        return self._call("revision", lambda: self._store.revision(revision))

    def newest_revision(self) -> Revision | None:
        """Pass on."""
        return self._call("newest_revision", self._store.newest_revision)

    def revisions(self, limit: int) -> Sequence[Revision]:
        """Pass on."""
        return self._call("revisions", lambda: self._store.revisions(limit))

    def targets(self) -> Mapping[ClusterName, Target]:
        """Pass on."""
        return self._call("targets", self._store.targets)

    def move_targets(self, targets: Iterable[Target]) -> None:
        """Pass on."""
        self._call("move_targets", lambda: self._store.move_targets(targets))

    def remove_targets(self, clusters: Iterable[ClusterName]) -> None:
        """Pass on."""
        self._call("remove_targets", lambda: self._store.remove_targets(clusters))

    def record_proxies(self, records: Iterable[ProxyRecord]) -> None:
        """Pass on."""
        self._call("record_proxies", lambda: self._store.record_proxies(records))

    def proxies(self) -> Sequence[ProxyRecord]:
        """Pass on."""
        return self._call("proxies", self._store.proxies)

    def inventory(self, cluster: ClusterName) -> Sequence[InventoryRecord]:
        """Pass on."""
        return self._call("inventory", lambda: self._store.inventory(cluster))

    def record_inventory(
        self,
        cluster: ClusterName,
        records: Iterable[InventoryRecord],
        gone: Iterable[ObjectKey] = (),
    ) -> None:
        """Pass on."""
        self._call("record_inventory", lambda: self._store.record_inventory(cluster, records, gone))

    def reports(self) -> Sequence[ClusterReport]:
        """Pass on."""
        return self._call("reports", self._store.reports)

    def record_report(self, report: ClusterReport) -> None:
        """Pass on."""
        self._call("record_report", lambda: self._store.record_report(report))

    def confirmations(self) -> Mapping[ClusterName, PlanHash]:
        """Pass on."""
        return self._call("confirmations", self._store.confirmations)

    def confirm(self, cluster: ClusterName, plan: PlanHash | None) -> None:
        """Pass on."""
        self._call("confirm", lambda: self._store.confirm(cluster, plan))

    def rollout(self) -> RolloutState | None:
        """Pass on."""
        return self._call("rollout", self._store.rollout)

    def advance_rollout(
        self,
        state: RolloutState,
        moves: Iterable[Target] = (),
        removed: Iterable[ClusterName] = (),
        events: Iterable[RolloutEvent] = (),
    ) -> None:
        """Pass on."""
        given = (list(moves), list(removed), list(events))
        self._call("advance_rollout", lambda: self._store.advance_rollout(state, *given))

    def rollout_events(self, limit: int) -> Sequence[RolloutEvent]:
        """Pass on."""
        return self._call("rollout_events", lambda: self._store.rollout_events(limit))

    def expire(self, keep_revisions: int) -> Sequence[Revision]:
        """Pass on."""
        return self._call("expire", lambda: self._store.expire(keep_revisions))

    def _call(self, method: str, work: Callable[[], T]) -> T:
        if self._failing:
            self._failing -= 1
            raise TransientError(f"{method} failed before it did anything")
        self._before(method)
        result = work()
        if self._losing:
            self._losing -= 1
            raise TransientError(f"the reply of {method} was lost")
        self._after(method)
        return result
