"""Tests of noticing changes of a PostgreSQL database."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import Engine, text

from libs.adapters.sql.engine import make_engine, parse_url
from libs.adapters.sql.migrate import migrate
from libs.adapters.sql.tests.database import PLACE
from libs.adapters.sql.transactions import touch, write
from libs.adapters.sql.watchpostgres import PostgresWatch

_LISTENERS = (
    "SELECT pid FROM pg_stat_activity"
    " WHERE query LIKE 'SELECT count FROM changes%' AND datname = current_database()"
)


@pytest.fixture
def server(postgres_url: str) -> Iterator[Engine]:
    """A database with the tables of today."""
    engine = make_engine(parse_url(postgres_url))
    migrate(engine)
    yield engine
    engine.dispose()


def listeners(engine: Engine) -> list[int]:
    """Return the server processes that serve watches."""
    with engine.connect() as connection:
        return list(connection.execute(text(_LISTENERS)).scalars())


def test_threads_that_wait_together_keep_few_connections(server: Engine) -> None:
    """As many connections as threads waited at once are used again, and given up in the end."""
    watch = PostgresWatch(server, PLACE)
    with ThreadPoolExecutor(3) as pool:
        for _ in range(4):
            token = watch.token()
            waiting = [pool.submit(watch.wait, token, 20) for _ in range(3)]
            write(server, PLACE, touch)
            assert {one.result(20) for one in waiting} == {watch.token()}
    assert 1 <= len(listeners(server)) <= 4
    watch.close()


def test_a_lost_connection_is_replaced(server: Engine) -> None:
    """After the server ended a listener's connection, at most one call fails."""
    watch = PostgresWatch(server, PLACE)
    before = watch.token()
    with server.connect() as connection:
        for pid in listeners(server):
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with pytest.raises(Exception, match="cannot be used now"):
        watch.token()
    assert watch.token() == before
    watch.close()
