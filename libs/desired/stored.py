"""What clusters should have by a stored revision: objects are read once and kept while in use."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from libs.desired.fleetview import FleetView, stored_view
from libs.desired.members import PlacedObject
from libs.desired.select import objects_for
from libs.kernel.ids import ClusterName, ObjectHash, SetName, TreeHash
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import Manifest, ManifestEntry, Revision
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.objects import from_stored
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.positions import OnePlace
from libs.ports.store import Store


@dataclass(slots=True)
class RevisionReader:
    """Store reads behind memos; not thread-safe. All methods raise what the Store raises."""

    store: Store
    _objects: dict[ObjectHash, MeshObject] = field(default_factory=dict)
    _manifests: dict[TreeHash, Manifest] = field(default_factory=dict)

    def view(self, revision: Revision) -> FleetView:
        """Return the fleet as a revision describes it."""
        entries = self._manifest(revision.fleet).entries
        return stored_view(self._load(entries))

    def objects(
        self, cluster: ClusterName, view: FleetView, revision: Revision
    ) -> tuple[PlacedObject[ParsedObject], ...]:
        """Return what a cluster should have.

        Raises TransientError when the Store lacks a part of it, and RenderError when patches or
        variables do not fit what they are for, which no accepted revision has.
        """
        contents: dict[SetName, Sequence[ParsedObject]] = {}
        for one in revision.sets:
            entries = self._manifest(one.tree).entries
            contents[one.name] = [
                ParsedObject(obj, entry.origin, OnePlace(entry.origin))
                for entry, obj in zip(entries, self._load(entries), strict=True)
            ]
        return objects_for(cluster, view, contents, judge=False)

    def trim(self, revisions: Iterable[Revision]) -> None:
        """Keep only what these revisions name."""
        trees = {
            tree for one in revisions for tree in (one.fleet, *(part.tree for part in one.sets))
        }
        self._manifests = {tree: self._manifests[tree] for tree in trees & self._manifests.keys()}
        used = {entry.object for manifest in self._manifests.values() for entry in manifest.entries}
        self._objects = {key: self._objects[key] for key in used & self._objects.keys()}

    def _manifest(self, tree: TreeHash) -> Manifest:
        found = self._manifests.get(tree) or self.store.manifest(tree)
        if found is None:
            raise TransientError(f"manifest {tree} is not in the store")
        self._manifests[tree] = found
        return found

    def _load(self, entries: Sequence[ManifestEntry]) -> list[MeshObject]:
        wanted = {entry.object for entry in entries}
        new = self.store.objects(wanted - self._objects.keys())
        self._objects |= {key: from_stored(value) for key, value in new.items()}
        missing = wanted - self._objects.keys()
        if missing:
            raise TransientError(f"{len(missing)} objects are not in the store")
        return [self._objects[entry.object] for entry in entries]
