"""Tests of insert or replace."""

from sqlalchemy import Connection, Engine, select

from libs.adapters.sql.contents import insert_contents
from libs.adapters.sql.revisions import append_revision
from libs.adapters.sql.schema import TARGETS
from libs.adapters.sql.tests.database import PLACE, rows, statements
from libs.adapters.sql.tests.values import manifest, revision, state
from libs.adapters.sql.transactions import read, write
from libs.adapters.sql.upserts import upsert


def test_rows_are_inserted_or_replaced_whole(engine: Engine) -> None:
    """A row whose key is there takes all other columns of the new one; others stay."""

    def fill(connection: Connection) -> None:
        insert_contents(connection, [], [manifest("t", [])])
        append_revision(connection, revision(1, "t"), state())

    write(engine, PLACE, fill)
    first = [{"cluster": name, "revision": "r1", "generation": 1} for name in ("a", "b")]
    second = [{"cluster": name, "revision": "r1", "generation": 7} for name in ("b", "c")]
    write(engine, PLACE, lambda c: upsert(c, TARGETS, first))
    write(engine, PLACE, lambda c: upsert(c, TARGETS, second))
    query = select(TARGETS.c.cluster, TARGETS.c.generation).order_by(TARGETS.c.cluster)
    found = read(engine, PLACE, lambda c: [tuple(row) for row in c.execute(query)])
    assert found == [("a", 1), ("b", 7), ("c", 7)]


def test_no_rows_are_no_statement(engine: Engine) -> None:
    """Nothing to write does not reach the database."""
    with statements(engine) as seen:
        write(engine, PLACE, lambda c: upsert(c, TARGETS, []))
    assert not [statement for statement in seen if "INSERT" in statement]
    assert rows(engine, TARGETS) == 0
