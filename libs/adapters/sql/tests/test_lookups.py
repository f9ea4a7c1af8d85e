"""Tests of questions about many keys."""

from sqlalchemy import Engine, insert

from libs.adapters.sql.lookups import KEYS_PER_STATEMENT_MAX, chunks, present
from libs.adapters.sql.schema import PAGES
from libs.adapters.sql.tests.database import PLACE
from libs.adapters.sql.transactions import read, write


def test_chunks_hold_every_key_once() -> None:
    """Keys are cut, not lost; no keys make no statement."""
    keys = [str(number) for number in range(KEYS_PER_STATEMENT_MAX * 2 + 1)]
    cut = list(chunks(keys))
    assert [key for chunk in cut for key in chunk] == keys
    assert max(len(chunk) for chunk in cut) == KEYS_PER_STATEMENT_MAX
    assert list(chunks([])) == []


def test_more_keys_may_be_asked_for_than_sqlite_has_variables(engine: Engine) -> None:
    """A hundred thousand keys are answered, with those that are there."""
    every = [{"id": str(number)} for number in range(0, 100_000, 1000)]
    write(engine, PLACE, lambda c: c.execute(insert(PAGES), every))
    asked = {str(number) for number in range(100_000)}
    found = read(engine, PLACE, lambda c: present(c, PAGES.c.id, asked))
    assert found == {row["id"] for row in every}
