"""Reads a cluster's target revision from the Store into a World.

Objects are parsed once by content hash and kept while a world uses them; a revision that leaves a
cluster's objects as they were gives the same World again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from libs.compile.world import World, build_world
from libs.desired.fleetview import FleetView, fleet_view
from libs.desired.select import objects_for
from libs.kernel.ids import ClusterName, ObjectHash, SetName, TreeHash
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import Manifest, ManifestEntry, Revision, Target
from libs.meshapi.objects import MeshObject, from_stored
from libs.ports.store import Store
from services.compiler.board import ClusterWorld


@dataclass(slots=True)
class WorldReader:
    """Store reads behind memos; not thread-safe."""

    store: Store
    objects: dict[ObjectHash, MeshObject] = field(default_factory=dict)
    manifests: dict[TreeHash, Manifest] = field(default_factory=dict)
    entries: dict[ClusterName, tuple[ManifestEntry, ...]] = field(default_factory=dict)
    worlds: dict[ClusterName, World] = field(default_factory=dict)

    def read(self, target: Target) -> ClusterWorld:
        """Return the world of a target. Raises TransientError when the Store lacks a part of it."""
        revision = self.store.revision(target.revision)
        if revision is None:
            raise TransientError(f"revision {target.revision} is not in the store")
        entries = self._entries(target.cluster, revision)
        if self.entries.get(target.cluster) != entries:
            world = build_world(self._placed(entries), target.cluster, self._fleet(revision))
            self.worlds[target.cluster], self.entries[target.cluster] = world, entries
        return ClusterWorld(target.cluster, revision, self.worlds[target.cluster])

    def forget(self, clusters: Iterable[ClusterName]) -> None:
        """Drop what only departed clusters used."""
        for cluster in clusters:
            self.worlds.pop(cluster, None)
            self.entries.pop(cluster, None)

    def trim(self) -> None:
        """Keep only objects and manifests that a current world uses."""
        used = {entry.object for entries in self.entries.values() for entry in entries}
        self.objects = {key: value for key, value in self.objects.items() if key in used}
        trees = {manifest.tree for manifest in list(self.manifests.values())[-64:]}
        self.manifests = {key: value for key, value in self.manifests.items() if key in trees}
