"""What clusters should have by a stored revision: objects are read once and kept while in use."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from libs.desired.fleetview import FleetView, stored_view
from libs.desired.members import PlacedObject, members_for
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
        return self.rendered(cluster, view, self.members(cluster, view, revision))

    def members(
        self, cluster: ClusterName, view: FleetView, revision: Revision
    ) -> tuple[PlacedObject[ManifestEntry], ...]:
        """List what a cluster is given, in a fixed order, before patches and variables."""
        contents: Mapping[SetName, Sequence[ManifestEntry]] = {
            one.name: self._manifest(one.tree).entries for one in revision.sets
        }
        return members_for(cluster, view, contents)

    def rendered(
        self,
        cluster: ClusterName,
        view: FleetView,
        members: Sequence[PlacedObject[ManifestEntry]],
    ) -> tuple[PlacedObject[ParsedObject], ...]:
        """Load the members and render them; templates and patches are stored as written."""
        contents: dict[SetName, list[ParsedObject]] = {}
        loaded = self._load([placed.item for placed in members])
        for placed, obj in zip(members, loaded, strict=True):
            origin = placed.item.origin
            one = ParsedObject(obj, origin, OnePlace(origin))
            contents.setdefault(placed.set, []).append(one)
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
        """Return the objects of entries in their order, parsing only what is new."""
        wanted = {entry.object for entry in entries}
        new = self.store.objects(wanted - self._objects.keys())
        self._objects |= {key: from_stored(value) for key, value in new.items()}
        missing = wanted - self._objects.keys()
        if missing:
            raise TransientError(f"{len(missing)} objects are not in the store")
        return [self._objects[entry.object] for entry in entries]
