"""Tests of what is left in the tables when revisions expire."""

from sqlalchemy import Connection, Engine

from libs.adapters.sql.contents import insert_contents
from libs.adapters.sql.expiry import drop_old
from libs.adapters.sql.revisions import append_revision
from libs.adapters.sql.schema import (
    MANIFEST_PAGES,
    MANIFESTS,
    OBJECTS,
    PAGE_ENTRIES,
    PAGES,
    REVISION_SETS,
    REVISIONS,
)
from libs.adapters.sql.tests.database import PLACE, rows
from libs.adapters.sql.tests.values import manifest, revision, state, stored
from libs.adapters.sql.transactions import write


def test_no_row_is_left_behind(engine: Engine) -> None:
    """Sets, manifests, links, pages, entries and objects of dropped revisions are all gone."""

    def fill(connection: Connection) -> None:
        for generation in (1, 2):
            objects = [stored(number, version=generation) for number in range(10)]
            insert_contents(connection, objects, [manifest(f"t{generation}", objects)])
            append_revision(connection, revision(generation, f"t{generation}"), state())

    write(engine, PLACE, fill)
    assert rows(engine, OBJECTS) == 20
    dropped = write(engine, PLACE, lambda c: drop_old(c, 1))
    assert [item.id for item in dropped] == ["r1"]
    assert [rows(engine, table) for table in (REVISIONS, REVISION_SETS, MANIFESTS)] == [1, 1, 1]
    assert [rows(engine, table) for table in (PAGE_ENTRIES, OBJECTS)] == [10, 10]
    assert rows(engine, PAGES) == rows(engine, MANIFEST_PAGES) > 0


def test_thousands_of_revisions_can_go_at_once(engine: Engine) -> None:
    """Dropping needs no statement that is longer than a database takes."""

    def fill(connection: Connection) -> None:
        insert_contents(connection, [], [manifest("t", [])])
        for generation in range(1, 1203):
            append_revision(connection, revision(generation, "t"), state())

    write(engine, PLACE, fill)
    dropped = write(engine, PLACE, lambda c: drop_old(c, 2))
    assert [item.generation for item in dropped] == list(range(1, 1201))
    assert rows(engine, REVISIONS) == 2
