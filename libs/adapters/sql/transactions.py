"""Transactions that mean the same on both databases: one writer at a time, readers see one moment.

SQLite has one writer by nature. On PostgreSQL a writer first locks the only row of `changes`, so
that a compare-and-set needs no cleverness, and a change is counted exactly when it is visible.
"""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine, func, select, update
from sqlalchemy.exc import DBAPIError

from libs.adapters.sql.engine import WRITE
from libs.adapters.sql.errors import Place
from libs.adapters.sql.schema import CHANGES

ATTEMPTS_MAX = 3
CHANNEL = "periplus_store"

T = TypeVar("T")

_ABORTED_SQLSTATES = {"40001", "40P01"}
"""Serialisation failure and deadlock: PostgreSQL promises that nothing was done."""


def read(engine: Engine, place: Place, body: Callable[[Connection], T]) -> T:
    """Run `body` on one unchanging view of the database."""
    with place.mapped(), engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin():
            return body(connection)


def write(engine: Engine, place: Place, body: Callable[[Connection], T]) -> T:
    """Run `body` as the only writer; all of it is kept, or nothing.

    `body` calls `touch` when it wrote. It may run again, when the database undid it by itself.
    """
    with place.mapped():
        for _ in range(ATTEMPTS_MAX - 1):
            try:
                return _write_once(engine, body)
            except DBAPIError as error:
                if getattr(error.orig, "sqlstate", None) not in _ABORTED_SQLSTATES:
                    raise
        return _write_once(engine, body)


def touch(connection: Connection) -> None:
    """Count a change, and wake who waits for one. Both happen at the commit or not at all."""
    connection.execute(update(CHANGES).values(count=CHANGES.c.count + 1))
    if connection.dialect.name == "postgresql":
        connection.execute(select(func.pg_notify(CHANNEL, "")))


def _write_once(engine: Engine, body: Callable[[Connection], T]) -> T:
    with engine.connect() as connection:
        connection.execution_options(**{WRITE: True})
        with connection.begin():
            if engine.dialect.name == "postgresql":
                connection.execute(select(CHANGES.c.count).with_for_update())
            return body(connection)
