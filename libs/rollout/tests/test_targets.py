"""Moves of clusters to the newest revision."""

from libs.kernel.ids import ClusterName, CommitId, RevisionId, SourceName, TreeHash
from libs.kernel.revisions import Revision, Target
from libs.rollout.targets import departed, next_targets

EAST, WEST = ClusterName("east"), ClusterName("west")


def revision(name: str) -> Revision:
    """Return a revision of which only the id and the generation matter."""
    return Revision(
        id=RevisionId(name),
        parent=None,
        generation=7,
        source=SourceName("fleet"),
        commit=CommitId("c" * 40),
        fleet=TreeHash("t"),
        sets=(),
        renderer_version="1",
    )


def test_a_cluster_without_a_target_starts_at_generation_one() -> None:
    """The first move of a cluster has generation 1, whatever the revision's own generation is."""
    moves = next_targets(revision("r7"), [WEST, EAST], {})
    assert moves == (Target(EAST, RevisionId("r7"), 1), Target(WEST, RevisionId("r7"), 1))


def test_only_clusters_that_are_elsewhere_move() -> None:
    """A cluster at the newest revision stays as it is; another one gets the next generation."""
    current = {
        EAST: Target(EAST, RevisionId("r7"), 3),
        WEST: Target(WEST, RevisionId("r6"), 5),
    }
    assert next_targets(revision("r7"), [EAST, WEST], current) == (
        Target(WEST, RevisionId("r7"), 6),
    )


def test_deciding_again_after_the_moves_moves_nothing() -> None:
    """A second look at the result of the first one finds nothing to do."""
    moves = next_targets(revision("r7"), [EAST, WEST], {})
    assert next_targets(revision("r7"), [EAST, WEST], {move.cluster: move for move in moves}) == ()


def test_a_cluster_that_left_the_fleet_is_departed_and_does_not_move() -> None:
    """A target without a cluster in the fleet is named for removal and never moved."""
    current = {EAST: Target(EAST, RevisionId("r6"), 1), WEST: Target(WEST, RevisionId("r6"), 1)}
    assert departed([EAST], current) == (WEST,)
    assert [move.cluster for move in next_targets(revision("r7"), [EAST], current)] == [EAST]
