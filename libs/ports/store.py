"""The durable memory of the control plane. Truth is polled; a change only wakes.

Every write is one transaction: it is there whole after a crash, or not at all.
All methods raise `TransientError` when the database cannot do its work now, and `StalledError` when
it is damaged. A write that changes nothing is no change: it wakes nobody.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol

from libs.kernel.ids import (
    ClusterName,
    ObjectHash,
    PlanHash,
    RevisionId,
    SourceName,
    TreeHash,
)
from libs.kernel.inventory import ClusterReport, InventoryRecord
from libs.kernel.origins import ObjectKey
from libs.kernel.proxies import ProxyRecord
from libs.kernel.revisions import Manifest, Revision, SourceState, StoredObject, Target
from libs.kernel.rollouts import RolloutEvent, RolloutState


class StaleGenerationError(Exception):
    """Somebody else moved first: the writer has to read again and decide again."""


class Store(Protocol):
    """Sources, objects, manifests, revisions, targets, proxies, inventories and reports."""

    def change_token(self) -> str:
        """Return a value that differs after any committed write by any process, cheap to ask."""
        ...

    def wait_for_change(self, token: str, timeout_s: float) -> str:
        """Return the newest token as soon as it differs from `token`, or after `timeout_s`."""
        ...

    def source(self, name: SourceName) -> SourceState | None:
        """How far a source was looked at; None before the first look."""
        ...

    def sources(self) -> Sequence[SourceState]:
        """All sources by name."""
        ...

    def record_source(self, state: SourceState) -> None:
        """Replace what is known of a source."""
        ...

    def manifest(self, tree: TreeHash) -> Manifest | None:
        """The objects of one set at one tree; None when never stored."""
        ...

    def objects(self, hashes: Iterable[ObjectHash]) -> Mapping[ObjectHash, StoredObject]:
        """Those of the objects that are stored."""
        ...

    def add_contents(self, objects: Iterable[StoredObject], manifests: Iterable[Manifest]) -> None:
        """Store objects and manifests; those already there stay as they are. Idempotent.

        Raises `StaleGenerationError` when a new manifest names an object that is not stored: it
        expired after the writer had looked for it.
        """
        ...

    def accept(self, revision: Revision, state: SourceState) -> None:
        """Append a revision to the newest one and record its source, in one transaction.

        Idempotent for an equal revision. Raises `StaleGenerationError` when `revision.parent` is
        not the newest revision of the fleet, the generation does not follow, or a manifest that
        the revision names is not stored (any more).
        """
        ...

    def revision(self, revision: RevisionId) -> Revision | None:
        """One revision; None when it never was or has expired."""
        ...

    def newest_revision(self) -> Revision | None:
        """The revision with the highest generation; None before the first."""
        ...

    def revisions(self, limit: int) -> Sequence[Revision]:
        """The newest revisions, newest first, at most `limit`."""
        ...

    def targets(self) -> Mapping[ClusterName, Target]:
        """The target of every cluster that has one."""
        ...

    def move_targets(self, targets: Iterable[Target]) -> None:
        """Set targets, all or none.

        Raises `StaleGenerationError` unless each generation follows the stored one by exactly one
        (1 where none is stored), and when a revision is not stored (any more).
        """
        ...

    def remove_targets(self, clusters: Iterable[ClusterName]) -> None:
        """Forget the targets of clusters that left the fleet. Idempotent."""
        ...

    def record_proxies(self, records: Iterable[ProxyRecord]) -> None:
        """Insert or replace what is known of proxies."""
        ...

    def proxies(self) -> Sequence[ProxyRecord]:
        """All proxies ever seen and not expired, by id."""
        ...

    def inventory(self, cluster: ClusterName) -> Sequence[InventoryRecord]:
        """Everything that we have in a cluster or may have, by key."""
        ...

    def record_inventory(
        self,
        cluster: ClusterName,
        records: Iterable[InventoryRecord],
        gone: Iterable[ObjectKey] = (),
    ) -> None:
        """Insert or replace records and drop those of `gone`, in one transaction."""
        ...

    def reports(self) -> Sequence[ClusterReport]:
        """How the last round of each cluster went, by cluster."""
        ...

    def record_report(self, report: ClusterReport) -> None:
        """Replace what is known of a cluster's last round."""
        ...

    def confirmations(self) -> Mapping[ClusterName, PlanHash]:
        """The plan that a person confirmed last, by cluster."""
        ...

    def confirm(self, cluster: ClusterName, plan: PlanHash | None) -> None:
        """Replace what is confirmed for a cluster; None for nothing."""
        ...

    def rollout(self) -> RolloutState | None:
        """The rollout that is under way, or the last one; None before the first."""
        ...

    def advance_rollout(
        self,
        state: RolloutState,
        moves: Iterable[Target] = (),
        removed: Iterable[ClusterName] = (),
        events: Iterable[RolloutEvent] = (),
    ) -> None:
        """Replace the rollout, set and forget targets, and append to the history: all or nothing.

        Raises `StaleGenerationError` unless the generation follows the stored one by exactly one
        (1 where none is stored), and where `move_targets` does.
        """
        ...

    def rollout_events(self, limit: int) -> Sequence[RolloutEvent]:
        """The newest events of all rollouts, newest first, at most `limit`."""
        ...

    def expire(self, keep_revisions: int) -> Sequence[Revision]:
        """Drop revisions beyond the newest `keep_revisions` that nobody needs; return them.

        Needed are those that a target names, and both ends of the rollout.

        Objects and manifests that no remaining revision names go with them. The newest revision
        always stays. Returned in the order of their generations.
        """
        ...
