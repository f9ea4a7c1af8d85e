"""Tests of transactions and of the count of changes."""

import pytest
from sqlalchemy import Connection, Engine, insert, select, text

from libs.adapters.sql.engine import make_engine, parse_url
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.schema import CHANGES, PAGES
from libs.adapters.sql.tests.database import PLACE, rows
from libs.adapters.sql.transactions import ATTEMPTS_MAX, read, touch, write
from libs.kernel.looperrors import TransientError


def changes(connection: Connection) -> int:
    """Return the count of changes."""
    return int(connection.execute(select(CHANGES.c.count)).scalar_one())


def add_page(connection: Connection, page: str = "p") -> None:
    """Write something and count it."""
    connection.execute(insert(PAGES), [{"id": page}])
    touch(connection)


def test_a_write_that_fails_is_undone_and_not_counted(engine: Engine) -> None:
    """What a body wrote before it raised is gone, and so is its change."""

    def body(connection: Connection) -> None:
        add_page(connection)
        raise KeyError("a bug")

    with pytest.raises(KeyError):
        write(engine, PLACE, body)
    assert rows(engine, PAGES) == 0
    assert read(engine, PLACE, changes) == 0


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    """What others commit while a reader reads is not seen by it, and does not wait for it."""

    def body(connection: Connection) -> tuple[int, int]:
        before = changes(connection)
        write(engine, PLACE, add_page)
        return before, changes(connection)

    assert read(engine, PLACE, body) == (0, 0)
    assert read(engine, PLACE, changes) == 1


def test_a_bug_in_the_statements_shows(engine: Engine) -> None:
    """A broken constraint is not disguised as an error that passes."""
    write(engine, PLACE, add_page)
    with pytest.raises(Exception, match="UNIQUE"):
        write(engine, PLACE, add_page)


@pytest.mark.parametrize("failures", [0, ATTEMPTS_MAX - 1, ATTEMPTS_MAX])
def test_what_the_server_undid_is_done_again_a_few_times(postgres_url: str, failures: int) -> None:
    """A serialisation failure or deadlock repeats the body, up to a limit."""
    engine = make_engine(parse_url(postgres_url))
    migrate(engine)
    before = read(engine, PLACE, changes)
    runs = []

    def body(connection: Connection) -> None:
        runs.append(connection)
        touch(connection)
        if len(runs) <= failures:
            connection.execute(text("DO $$ BEGIN RAISE 'undone' USING ERRCODE = '40P01'; END $$"))

    if failures < ATTEMPTS_MAX:
        write(engine, PLACE, body)
        assert read(engine, PLACE, changes) == before + 1
    else:
        with pytest.raises(TransientError, match="undone"):
            write(engine, PLACE, body)
        assert read(engine, PLACE, changes) == before
    assert len(runs) == min(failures + 1, ATTEMPTS_MAX)
    engine.dispose()
