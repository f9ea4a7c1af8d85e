"""Tests of the targets of a large fleet."""

from sqlalchemy import Connection, Engine

from libs.adapters.sql.contents import insert_contents
from libs.adapters.sql.revisions import append_revision
from libs.adapters.sql.targets import delete_targets, read_targets, write_targets
from libs.adapters.sql.tests.database import PLACE
from libs.adapters.sql.tests.values import manifest, revision, state
from libs.adapters.sql.transactions import read, write
from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.revisions import Target


def test_thousands_of_clusters_move_and_leave_at_once(engine: Engine) -> None:
    """No statement becomes longer than a database takes."""
    clusters = [ClusterName(f"cluster{number}") for number in range(2500)]

    def fill(connection: Connection) -> None:
        insert_contents(connection, [], [manifest("t", [])])
        append_revision(connection, revision(1, "t"), state())
        moves = [Target(cluster, RevisionId("r1"), 1) for cluster in clusters]
        write_targets(connection, moves)

    write(engine, PLACE, fill)
    assert read(engine, PLACE, read_targets).keys() == set(clusters)
    write(engine, PLACE, lambda c: delete_targets(c, clusters[1:]))
    assert read(engine, PLACE, read_targets).keys() == {clusters[0]}
