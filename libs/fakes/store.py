"""The Store in memory: the twin of `libs.adapters.sql`, for one process.

Values are immutable, so nothing is copied. What a crash would lose is everything.
"""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from libs.kernel.ids import (
    ClusterName,
    ObjectHash,
    PlanHash,
    ProxyId,
    RevisionId,
    SourceName,
    TreeHash,
)
from libs.kernel.inventory import ClusterReport, InventoryRecord
from libs.kernel.origins import ObjectKey
from libs.kernel.proxies import ProxyRecord
from libs.kernel.revisions import Manifest, Revision, SourceState, StoredObject, Target
from libs.kernel.rollouts import RolloutEvent, RolloutState
from libs.ports.store import StaleGenerationError


@dataclass(slots=True)
class _Tables:
    """All that is stored. `revisions` is in the order of generations."""

    sources: dict[SourceName, SourceState] = field(default_factory=dict)
    objects: dict[ObjectHash, StoredObject] = field(default_factory=dict)
    manifests: dict[TreeHash, Manifest] = field(default_factory=dict)
    revisions: dict[RevisionId, Revision] = field(default_factory=dict)
    targets: dict[ClusterName, Target] = field(default_factory=dict)
    proxies: dict[ProxyId, ProxyRecord] = field(default_factory=dict)
    inventories: dict[ClusterName, dict[ObjectKey, InventoryRecord]] = field(default_factory=dict)
    reports: dict[ClusterName, ClusterReport] = field(default_factory=dict)
    confirmations: dict[ClusterName, PlanHash] = field(default_factory=dict)
    rollout: RolloutState | None = None
    events: list[RolloutEvent] = field(default_factory=list)


class FakeStore:
    """`Store` for one process. Safe to use from many threads, which wake each other."""

    def __init__(self) -> None:
        """Start empty."""
        self._changed = threading.Condition(threading.RLock())
        self._changes = 0
        self._tables = _Tables()

    def change_token(self) -> str:
        """Return the number of writes that changed anything."""
        with self._changed:
            return str(self._changes)

    def wait_for_change(self, token: str, timeout_s: float) -> str:
        """Return the newest token as soon as it differs from `token`, or after `timeout_s`."""
        with self._changed:
            self._changed.wait_for(lambda: str(self._changes) != token, timeout_s)
            return str(self._changes)

    def source(self, name: SourceName) -> SourceState | None:
        """How far a source was looked at."""
        with self._changed:
            return self._tables.sources.get(name)

    def sources(self) -> Sequence[SourceState]:
        """All sources by name."""
        with self._changed:
            return sorted(self._tables.sources.values(), key=lambda state: state.name)

    def record_source(self, state: SourceState) -> None:
        """Replace what is known of a source."""
        with self._changed:
            if self._tables.sources.get(state.name) != state:
                self._tables.sources[state.name] = state
                self._touch()

    def manifest(self, tree: TreeHash) -> Manifest | None:
        """The objects of one set at one tree."""
        with self._changed:
            return self._tables.manifests.get(tree)

    def objects(self, hashes: Iterable[ObjectHash]) -> Mapping[ObjectHash, StoredObject]:
        """Those of the objects that are stored."""
        with self._changed:
            stored = self._tables.objects
            return {item: stored[item] for item in set(hashes) if item in stored}

    def add_contents(self, objects: Iterable[StoredObject], manifests: Iterable[Manifest]) -> None:
        """Store objects and manifests that are not there yet."""
        with self._changed:
            stored = self._tables
            new = {item.hash: item for item in objects if item.hash not in stored.objects}
            trees = {item.tree: item for item in manifests if item.tree not in stored.manifests}
            named = {entry.object for item in trees.values() for entry in item.entries}
            if lacking := named - stored.objects.keys() - new.keys():
                raise StaleGenerationError(f"object {min(lacking)} is not stored")
            stored.objects.update(new)
            stored.manifests.update(trees)
            if new or trees:
                self._touch()

    def accept(self, revision: Revision, state: SourceState) -> None:
        """Append a revision to the newest one and record its source."""
        with self._changed:
            newest = self.newest_revision()
            stored = self._tables.revisions.get(revision.id)
            if stored is None:
                self._check_follows(newest, revision)
                self._tables.revisions[revision.id] = revision
                self._tables.sources[state.name] = state
                self._touch()
            elif (stored.parent, stored.generation) != (revision.parent, revision.generation):
                raise ValueError(f"revision {revision.id} is stored with another parent")
            elif stored is newest:
                self.record_source(state)

    def revision(self, revision: RevisionId) -> Revision | None:
        """One revision."""
        with self._changed:
            return self._tables.revisions.get(revision)

    def newest_revision(self) -> Revision | None:
        """The revision with the highest generation."""
        return next(iter(self.revisions(1)), None)

    def revisions(self, limit: int) -> Sequence[Revision]:
        """The newest revisions, newest first."""
        with self._changed:
            return list(reversed(self._tables.revisions.values()))[: max(0, limit)]

    def targets(self) -> Mapping[ClusterName, Target]:
        """The target of every cluster that has one."""
        with self._changed:
            return dict(self._tables.targets)

    def move_targets(self, targets: Iterable[Target]) -> None:
        """Set targets, all or none."""
        with self._changed:
            after = self._after(targets)
            if after != self._tables.targets:
                self._tables.targets = after
                self._touch()

    def remove_targets(self, clusters: Iterable[ClusterName]) -> None:
        """Forget the targets of clusters."""
        with self._changed:
            removed = [self._tables.targets.pop(cluster, None) for cluster in clusters]
            if any(removed):
                self._touch()

    def record_proxies(self, records: Iterable[ProxyRecord]) -> None:
        """Insert or replace what is known of proxies."""
        with self._changed:
            after = self._tables.proxies | {record.id: record for record in records}
            if after != self._tables.proxies:
                self._tables.proxies = after
                self._touch()

    def proxies(self) -> Sequence[ProxyRecord]:
        """All proxies by id."""
        with self._changed:
            return sorted(self._tables.proxies.values(), key=lambda record: record.id)

    def inventory(self, cluster: ClusterName) -> Sequence[InventoryRecord]:
        """Everything that we have in a cluster or may have, by key."""
        with self._changed:
            found = self._tables.inventories.get(cluster, {})
            return [found[key] for key in sorted(found)]

    def record_inventory(
        self,
        cluster: ClusterName,
        records: Iterable[InventoryRecord],
        gone: Iterable[ObjectKey] = (),
    ) -> None:
        """Insert, replace and drop records."""
        with self._changed:
            before = self._tables.inventories.get(cluster, {})
            after = before | {record.key: record for record in records}
            for key in gone:
                after.pop(key, None)
            if after != before:
                self._tables.inventories[cluster] = after
                self._touch()

    def reports(self) -> Sequence[ClusterReport]:
        """How the last round of each cluster went."""
        with self._changed:
            return sorted(self._tables.reports.values(), key=lambda report: report.cluster)

    def record_report(self, report: ClusterReport) -> None:
        """Replace what is known of a cluster's last round."""
        with self._changed:
            if self._tables.reports.get(report.cluster) != report:
                self._tables.reports[report.cluster] = report
                self._touch()

    def confirmations(self) -> Mapping[ClusterName, PlanHash]:
        """The plan that a person confirmed last, by cluster."""
        with self._changed:
            return dict(self._tables.confirmations)

    def confirm(self, cluster: ClusterName, plan: PlanHash | None) -> None:
        """Replace what is confirmed for a cluster."""
        with self._changed:
            if self._tables.confirmations.get(cluster) == plan:
                return
            self._tables.confirmations.pop(cluster, None)
            if plan is not None:
                self._tables.confirmations[cluster] = plan
            self._touch()

    def rollout(self) -> RolloutState | None:
        """The rollout that is under way, or the last one."""
        with self._changed:
            return self._tables.rollout

    def advance_rollout(
        self,
        state: RolloutState,
        moves: Iterable[Target] = (),
        removed: Iterable[ClusterName] = (),
        events: Iterable[RolloutEvent] = (),
    ) -> None:
        """Replace the rollout with its moves and its history."""
        with self._changed:
            before = self._tables.rollout
            if state.generation != (before.generation if before else 0) + 1:
                raise StaleGenerationError("the rollout moved before")
            after = self._after(moves)
            for cluster in removed:
                after.pop(cluster, None)
            self._tables.targets, self._tables.rollout = after, state
            self._tables.events += events
            self._touch()

    def rollout_events(self, limit: int) -> Sequence[RolloutEvent]:
        """The newest events of all rollouts, newest first."""
        with self._changed:
            return self._tables.events[::-1][: max(0, limit)]

    def expire(self, keep_revisions: int) -> Sequence[Revision]:
        """Drop revisions that are neither among the newest nor needed by others."""
        with self._changed:
            kept = {revision.id for revision in self.revisions(max(1, keep_revisions))}
            if (rollout := self._tables.rollout) is not None:
                kept |= {one for one in (rollout.plan.base, rollout.plan.revision) if one}
            kept |= {target.revision for target in self._tables.targets.values()}
            dropped = [self._tables.revisions.pop(item) for item in self._beyond(kept)]
            if dropped:
                self._sweep()
                self._touch()
            return dropped

    def _touch(self) -> None:
        self._changes += 1
        self._changed.notify_all()

    def _after(self, targets: Iterable[Target]) -> dict[ClusterName, Target]:
        after = dict(self._tables.targets)
        for target in targets:
            before = after.get(target.cluster)
            if target.generation != (before.generation if before else 0) + 1:
                raise StaleGenerationError(f"the target of {target.cluster} moved before")
            if target.revision not in self._tables.revisions:
                raise StaleGenerationError(f"revision {target.revision} is not stored")
            after[target.cluster] = target
        return after

    def _check_follows(self, newest: Revision | None, revision: Revision) -> None:
        expected = (newest.id, newest.generation + 1) if newest else (None, 1)
        if (revision.parent, revision.generation) != expected:
            raise StaleGenerationError(f"revision {revision.id} does not follow the newest")
        if lacking := _trees([revision]) - self._tables.manifests.keys():
            raise StaleGenerationError(f"manifest {min(lacking)} is not stored")

    def _beyond(self, kept: set[RevisionId]) -> list[RevisionId]:
        return [item for item in self._tables.revisions if item not in kept]

    def _sweep(self) -> None:
        tables = self._tables
        trees = _trees(tables.revisions.values())
        tables.manifests = {key: tables.manifests[key] for key in tables.manifests if key in trees}
        named = {entry.object for item in tables.manifests.values() for entry in item.entries}
        tables.objects = {key: tables.objects[key] for key in tables.objects if key in named}


def _trees(revisions: Iterable[Revision]) -> set[TreeHash]:
    """Return the manifests that revisions name."""
    return {tree for item in revisions for tree in (item.fleet, *(part.tree for part in item.sets))}
