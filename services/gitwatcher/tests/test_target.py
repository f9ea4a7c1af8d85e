"""Which clusters move, and which are forgotten."""

from dataclasses import replace

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, CommitId, RevisionId, SourceName, TreeHash
from libs.kernel.origins import Origin
from libs.kernel.revisions import Manifest, ManifestEntry, Revision, SourceState, Target
from libs.kernel.rollouts import RolloutPlan, RolloutState, Stage
from libs.meshapi.fleet import Cluster, Fleet, FleetSpec
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.objects import to_stored
from libs.meshapi.rollout import Rollout, RolloutStrategy, Wave
from services.gitwatcher import steps
from services.gitwatcher.target import target
from services.gitwatcher.work import Pass, Source

NAME = SourceName("fleet")


def _accept(
    store: FakeStore, *clusters: str, strategy: RolloutStrategy | None = None, named: bool = False
) -> Revision:
    """Accept a revision whose fleet has these clusters, and maybe a strategy or a Rollout."""
    newest = store.newest_revision()
    generation = newest.generation + 1 if newest else 1
    metadata = Metadata(name="fleet")
    objects: list[MeshObject] = [Cluster(metadata=Metadata(name=name)) for name in clusters]
    objects.append(Fleet(metadata=metadata, spec=FleetSpec(rollout=strategy)))
    if named:
        objects.append(Rollout(metadata=metadata, spec=RolloutStrategy(waves=(Wave(name="a"),))))
    stored = [to_stored(one) for one in objects]
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


@pytest.mark.parametrize("named", [False, True])
def test_a_fleet_with_rules_is_left_to_rollouts(*, named: bool) -> None:
    """A strategy or a Rollout: nothing moves here, also not by the commit that lifts the rules."""
    store = FakeStore()
    _accept(store, "east")
    _run(store)
    _accept(store, "east", strategy=None if named else RolloutStrategy(), named=named)
    assert _run(store) == []
    store.move_targets([Target(ClusterName("east"), RevisionId("r2"), 2)])
    _accept(store, "east")
    assert _run(store) == []
    store.move_targets([Target(ClusterName("east"), RevisionId("r3"), 3)])
    _accept(store, "east")
    assert _run(store) == [steps.TARGET_MOVED]


def test_a_rollout_that_is_under_way_is_not_disturbed() -> None:
    """Whatever the newest revision says; one that is over is nobody's concern."""
    store = FakeStore()
    _accept(store, "east")
    state = RolloutState(1, 1, RolloutPlan(None, RevisionId("r1"), "{}", ()))
    store.advance_rollout(state)
    assert _run(store) == []
    store.advance_rollout(replace(state, generation=2, stage=Stage.DONE))
    assert _run(store) == [steps.TARGET_MOVED]
