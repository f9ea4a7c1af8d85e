"""What clusters are to become: by the targets in the Store, or by files that somebody named."""

import contextlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from libs.desired.fleetview import FleetView
from libs.desired.select import PlacedObject
from libs.desired.stored import RevisionReader
from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.looperrors import TransientError
from libs.kernel.origins import ObjectKey
from libs.kernel.revisions import Target
from libs.meshapi.parsed import ParsedObject
from libs.observed.sight import Kind
from libs.planning.manifests import Manifest, manifests
from libs.planning.policy import Policy, policy_for
from libs.ports.store import Store
from services.reconciler.sealed import Opened, Opening, opening


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the cluster should have by one revision, and what may be done for it.

    `closed` are Secrets that it should have and that cannot be opened here, with the reason.
    """

    revision: RevisionId
    desired: Mapping[ObjectKey, Manifest]
    policy: Policy
    closed: Mapping[ObjectKey, str] = field(default_factory=dict)


class Direction(Protocol):
    """Says what a cluster is to become, and whether it still is."""

    def wanted(self, cluster: ClusterName, revision: RevisionId, scopes: Iterable[Kind]) -> Wanted:
        """Return what a cluster should have; `scopes` are kinds without namespaces there.

        Raises TransientError when it cannot be read now, and RenderError when overlays do not fit.
        """
        ...

    def is_newest(self, target: Target) -> bool:
        """Say whether nothing newer is wanted than this target."""
        ...


@dataclass(slots=True)
class StoredDirection:
    """The targets in the Store. `reading` keeps threads apart that read at once."""

    store: Store
    reader: RevisionReader
    opening: Opening = field(default_factory=lambda: opening({}))
    reading: contextlib.AbstractContextManager[object] = field(
        default_factory=contextlib.nullcontext
    )

    def wanted(self, cluster: ClusterName, revision: RevisionId, scopes: Iterable[Kind]) -> Wanted:
        """Return what a stored revision says."""
        with self.reading:
            found = self.store.revision(revision)
            if found is None:
                raise TransientError(f"revision {revision} is not in the store")
            view = self.reader.view(found)
            placed = self.reader.objects(cluster, view, found)
        return _wanted(revision, (view, cluster), self.opening(placed), scopes)

    def is_newest(self, target: Target) -> bool:
        """Say whether the Store has this very target."""
        return self.store.targets().get(target.cluster) == target


@dataclass(frozen=True, slots=True)
class FixedDirection:
    """A fleet that was read once, with the objects of its clusters."""

    view: FleetView
    placed: Mapping[ClusterName, Sequence[PlacedObject[ParsedObject]]]
    opening: Opening = field(default_factory=lambda: opening({}))

    def wanted(self, cluster: ClusterName, revision: RevisionId, scopes: Iterable[Kind]) -> Wanted:
        """Return what the files say."""
        found = self.opening(self.placed[cluster])
        return _wanted(revision, (self.view, cluster), found, scopes)

    def is_newest(self, target: Target) -> bool:  # noqa: ARG002 - files that were read do not move
        """Nothing newer comes."""
        return True


def _wanted(
    revision: RevisionId,
    whose: tuple[FleetView, ClusterName],
    found: Opened,
    scopes: Iterable[Kind],
) -> Wanted:
    view, cluster = whose
    policy = policy_for(cluster, view)
    made = manifests(found.objects, policy.fleet, scopes)
    return Wanted(revision, {one.key: one for one in made}, policy, found.closed)
