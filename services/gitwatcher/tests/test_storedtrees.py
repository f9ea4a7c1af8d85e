"""What is remembered of stored trees."""

from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, TreeHash
from libs.kernel.origins import Origin
from libs.kernel.revisions import Manifest, ManifestEntry, StoredObject
from libs.meshapi.fleet import Cluster
from libs.meshapi.metadata import Metadata
from libs.meshapi.objects import to_stored
from services.gitwatcher.storedtrees import StoredTree, StoredTrees

TREE = TreeHash("t")


def _manifest(*names: str) -> tuple[list[StoredObject], Manifest]:
    stored = [to_stored(Cluster(metadata=Metadata(name=name))) for name in names]
    entries = tuple(ManifestEntry(one.hash, one.key, Origin("cluster.yaml")) for one in stored)
    return stored, Manifest(TREE, entries)


def test_a_stored_tree_is_asked_for_once() -> None:
    """Contents never change, so the Store need not be asked again."""
    store, trees = FakeStore(), StoredTrees()
    stored, manifest = _manifest("west", "east")
    store.add_contents(stored, [manifest])
    known = trees.get(store, TREE)
    assert known.clusters == (ClusterName("east"), ClusterName("west"))
    assert known.objects == {one.hash for one in stored}
    assert trees.get(FakeStore(), TREE) == known


def test_a_tree_that_is_not_stored_is_asked_for_again() -> None:
    """An absent tree may come; nothing is remembered of it."""
    store, trees = FakeStore(), StoredTrees()
    assert trees.get(store, TREE) == StoredTree()
    stored, manifest = _manifest("east")
    store.add_contents(stored, [manifest])
    assert trees.get(store, TREE).clusters == (ClusterName("east"),)


def test_what_no_revision_names_is_forgotten() -> None:
    """A tree that may have expired is looked up again before anybody relies on it."""
    trees = StoredTrees()
    trees.learn(_manifest("east")[1])
    trees.forget_all_but({TREE})
    assert trees.get(FakeStore(), TREE).clusters == (ClusterName("east"),)
    trees.forget_all_but(())
    assert trees.get(FakeStore(), TREE) == StoredTree()
