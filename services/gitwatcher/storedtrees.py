"""What the trees of the newest revision hold, remembered: a tree never changes its contents."""

from collections.abc import Collection
from dataclasses import dataclass, field

from libs.kernel.ids import ClusterName, ObjectHash, TreeHash
from libs.kernel.revisions import Manifest
from libs.meshapi.fleet import GROUP, Fleet
from libs.meshapi.objects import from_stored
from libs.ports.store import Store


@dataclass(frozen=True, slots=True)
class StoredTree:
    """The objects of a tree, and the clusters among them, by name.

    `fleets` are Fleets among them, and `rollouts` says whether there is any Rollout.
    """

    objects: frozenset[ObjectHash] = frozenset()
    clusters: tuple[ClusterName, ...] = ()
    fleets: tuple[ObjectHash, ...] = ()
    rollouts: bool = False


@dataclass(slots=True)
class StoredTrees:
    """Asks the Store for each tree once, as long as a revision in use names it."""

    _known: dict[TreeHash, StoredTree] = field(default_factory=dict)
    _governed: dict[TreeHash, bool] = field(default_factory=dict)

    def get(self, store: Store, tree: TreeHash) -> StoredTree:
        """Return what is stored of a tree; nothing for one that is not stored."""
        found = self._known.get(tree)
        if found is None:
            manifest = store.manifest(tree)
            if manifest is None:
                return StoredTree()
            found = self._known[tree] = _read(manifest)
        return found

    def has_strategy(self, store: Store, tree: TreeHash) -> bool:
        """Say whether a tree has rules of rollouts: a Rollout, or a strategy in its Fleet."""
        if tree not in self._governed:
            found = self.get(store, tree)
            stored = store.objects(found.fleets).values()
            fleets = [one for one in map(from_stored, stored) if isinstance(one, Fleet)]
            written = any(one.spec.rollout is not None for one in fleets)
            self._governed[tree] = found.rollouts or written
        return self._governed[tree]

    def learn(self, manifest: Manifest) -> None:
        """Remember a manifest that has just been stored."""
        self._known[manifest.tree] = _read(manifest)

    def forget_all_but(self, trees: Collection[TreeHash]) -> None:
        """Drop trees that may expire from the Store."""
        self._known = {tree: known for tree, known in self._known.items() if tree in trees}
        self._governed = {tree: one for tree, one in self._governed.items() if tree in trees}


def _read(manifest: Manifest) -> StoredTree:
    ours = [entry for entry in manifest.entries if entry.key.group == GROUP]
    clusters = (ClusterName(one.key.name) for one in ours if one.key.kind == "Cluster")
    return StoredTree(
        frozenset(entry.object for entry in manifest.entries),
        tuple(sorted(clusters)),
        tuple(one.object for one in ours if one.key.kind == "Fleet"),
        any(one.key.kind == "Rollout" for one in ours),
    )
