"""Tests of what an unchanged source costs."""

from dataclasses import replace

from sqlalchemy import Engine

from libs.adapters.sql.sources import read_source, write_source
from libs.adapters.sql.tests.database import PLACE, statements
from libs.adapters.sql.tests.values import SOURCE, state
from libs.adapters.sql.transactions import read, write


def test_an_unchanged_source_is_not_written(engine: Engine) -> None:
    """A poll that finds nothing new may record the source each second without a disk write."""
    write(engine, PLACE, lambda c: write_source(c, state()))
    with statements(engine) as seen:
        write(engine, PLACE, lambda c: write_source(c, state()))
    assert not [one for one in seen if one.startswith(("INSERT", "UPDATE"))]


def test_a_hostile_sentence_is_stored_marked(engine: Engine) -> None:
    """What the databases cannot hold is replaced and does not stop the writer."""
    write(engine, PLACE, lambda c: write_source(c, replace(state(), fault="a\0b\ud800c")))
    found = read(engine, PLACE, lambda c: read_source(c, SOURCE))
    assert found == replace(state(), fault="a\ufffdb\ufffdc")
