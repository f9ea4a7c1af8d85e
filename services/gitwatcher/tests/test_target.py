"""Which clusters move, and which are forgotten."""

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import CommitId, RevisionId, SourceName, TreeHash
from libs.kernel.origins import Origin
from libs.kernel.revisions import Manifest, ManifestEntry, Revision, SourceState
from libs.meshapi.fleet import Cluster
from libs.meshapi.metadata import Metadata
from libs.meshapi.objects import to_stored
from services.gitwatcher import steps
from services.gitwatcher.target import target
from services.gitwatcher.work import Pass, Source

NAME = SourceName("fleet")


def _accept(store: FakeStore, *clusters: str) -> Revision:
    """Accept a revision whose fleet has these clusters."""
    newest = store.newest_revision()
    generation = newest.generation + 1 if newest else 1
    stored = [to_stored(Cluster(metadata=Metadata(name=name))) for name in clusters]
    entries = tuple(ManifestEntry(one.hash, one.key, Origin("cluster.yaml")) for one in stored)
    tree = TreeHash(f"fleet-{generation}")
    store.add_contents(stored, [Manifest(tree, entries)])
    revision = Revision(
        RevisionId(f"r{generation}"),
        newest.id if newest else None,
        generation,
        NAME,
        CommitId("c"),
        tree,
        (),
        "1",
    )
    store.accept(revision, SourceState(NAME, CommitId("c")))
    return revision


def _run(store: FakeStore) -> list[str]:
    """Run the stage and return the steps that it reached."""
    reached = RecordedSteps()
    repo = FakeGitRepo(FakeRemote())
    source = Source(NAME, "refs/heads/main", repo, store, FakeClock(), reached)
    target(Pass(source, 1.0, SourceState(NAME, None), newest=store.newest_revision()))
    return reached.names


def _revisions(store: FakeStore) -> dict[str, tuple[str, int]]:
    return {name: (one.revision, one.generation) for name, one in store.targets().items()}


def test_clusters_follow_the_newest_revision() -> None:
    """Each move counts up the cluster's own generation."""
    store = FakeStore()
    _accept(store, "east")
    assert _run(store) == [steps.TARGET_MOVED]
    _accept(store, "east", "west")
    _run(store)
    assert _revisions(store) == {"east": ("r2", 2), "west": ("r2", 1)}


def test_a_cluster_at_the_newest_revision_does_not_move() -> None:
    """Nothing is written for a fleet that is where it should be."""
    store = FakeStore()
    _accept(store, "east")
    _run(store)
    assert _run(store) == []


def test_a_cluster_that_left_is_forgotten() -> None:
    """A fleet that still has clusters means it when one is gone."""
    store = FakeStore()
    _accept(store, "east", "west")
    _run(store)
    _accept(store, "east")
    assert _run(store) == [steps.TARGET_MOVED]
    assert _revisions(store) == {"east": ("r2", 2)}


def test_a_fleet_without_clusters_moves_nothing() -> None:
    """An empty list is a doubt, and on doubt everything stays."""
    store = FakeStore()
    _accept(store, "east")
    _run(store)
    _accept(store)
    assert _run(store) == []
    assert _revisions(store) == {"east": ("r1", 1)}


def test_before_the_first_revision_there_is_nothing_to_move() -> None:
    """An empty Store is no error."""
    store = FakeStore()
    store_targets = store.targets()
    assert _run(store) == []
    assert store.targets() == store_targets == {}
