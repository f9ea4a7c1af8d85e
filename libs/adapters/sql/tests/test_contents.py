"""Tests of what it costs to store a set."""

from sqlalchemy import Engine

from libs.adapters.sql.contents import insert_contents
from libs.adapters.sql.schema import MANIFEST_PAGES, OBJECTS, PAGE_ENTRIES, PAGES
from libs.adapters.sql.tests.database import PLACE, rows
from libs.adapters.sql.tests.values import manifest, stored
from libs.adapters.sql.transactions import write


def test_one_changed_object_of_many_costs_a_page_or_two(engine: Engine) -> None:
    """A set of three thousand shares with its predecessor all pages but those of the change."""
    objects = [stored(number) for number in range(3000)]
    write(engine, PLACE, lambda c: insert_contents(c, objects, [manifest("t1", objects)]))
    pages, entries = rows(engine, PAGES), rows(engine, PAGE_ENTRIES)
    assert entries == 3000
    objects[1500] = stored(1500, version=1)
    write(engine, PLACE, lambda c: insert_contents(c, objects, [manifest("t2", objects)]))
    assert rows(engine, OBJECTS) == 3001
    assert 1 <= rows(engine, PAGES) - pages <= 2
    assert rows(engine, PAGE_ENTRIES) - entries < 1000
    assert rows(engine, MANIFEST_PAGES) >= 2 * pages - 1
