"""Tests of reading many revisions."""

from sqlalchemy import Connection, Engine

from libs.adapters.sql.contents import insert_contents
from libs.adapters.sql.revisions import append_revision, read_newest
from libs.adapters.sql.tests.database import PLACE, statements
from libs.adapters.sql.tests.values import manifest, revision, state
from libs.adapters.sql.transactions import read, write


def test_many_revisions_keep_their_own_sets(engine: Engine) -> None:
    """Sets find their revision, in few statements, whatever number is asked for."""
    made = [revision(at, *(["a", "b"] if at % 2 else ["b", "c"])) for at in range(1, 1101)]

    def fill(connection: Connection) -> None:
        insert_contents(connection, [], [manifest(tree, []) for tree in "abc"])
        for item in made:
            append_revision(connection, item, state())

    write(engine, PLACE, fill)
    with statements(engine) as seen:
        assert read(engine, PLACE, lambda c: read_newest(c, 2000)) == made[::-1]
    assert len(seen) < 10
