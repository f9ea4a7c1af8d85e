"""What the trees of the newest revision hold, remembered: a tree never changes its contents."""

from collections.abc import Collection
from dataclasses import dataclass, field

from libs.kernel.ids import ClusterName, ObjectHash, TreeHash
from libs.kernel.revisions import Manifest
from libs.meshapi.fleet import GROUP
from libs.ports.store import Store


@dataclass(frozen=True, slots=True)
class StoredTree:
    """The objects of a tree, and the clusters among them, by name."""

    objects: frozenset[ObjectHash] = frozenset()
    clusters: tuple[ClusterName, ...] = ()


@dataclass(slots=True)
class StoredTrees:
    """Asks the Store for each tree once, as long as a revision in use names it."""

    _known: dict[TreeHash, StoredTree] = field(default_factory=dict)

    def get(self, store: Store, tree: TreeHash) -> StoredTree:
        """Return what is stored of a tree; nothing for one that is not stored."""
        found = self._known.get(tree)
        if found is None:
            manifest = store.manifest(tree)
            if manifest is None:
                return StoredTree()
            found = self._known[tree] = _read(manifest)
        return found

    def learn(self, manifest: Manifest) -> None:
        """Remember a manifest that has just been stored."""
        self._known[manifest.tree] = _read(manifest)

    def forget_all_but(self, trees: Collection[TreeHash]) -> None:
        """Drop trees that may expire from the Store."""
        self._known = {tree: known for tree, known in self._known.items() if tree in trees}


def _read(manifest: Manifest) -> StoredTree:
    clusters = (
        ClusterName(entry.key.name)
        for entry in manifest.entries
        if (entry.key.group, entry.key.kind) == (GROUP, "Cluster")
    )
    return StoredTree(
        frozenset(entry.object for entry in manifest.entries), tuple(sorted(clusters))
    )
