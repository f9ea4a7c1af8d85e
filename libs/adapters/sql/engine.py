"""Opens an SQLAlchemy engine for a URL, with each database's settings of ours.

SQLite runs with a write-ahead log, so that readers never wait, and with `synchronous=FULL`: a
commit survives the machine's power loss, for about 0.3 ms on an SSD. NORMAL would survive a
killed process just as well, but could take back a target that proxies already follow.
"""

import sqlite3
import time
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, exc
from sqlalchemy.engine import URL, make_url

from libs.kernel.looperrors import StalledError

BUSY_TIMEOUT_MS = 5_000
CONNECT_TIMEOUT_S = 5
LOCK_TIMEOUT_MS = 10_000
UNREACHABLE_TIMEOUT_MS = 10_000
POOL_CONNECTIONS = 4
POOL_WAIT_S = 10
WRITE = "periplus_write"
"""Execution option of a connection that will write: SQLite locks at the start, not midway."""

_ADVICE = "write sqlite:///folder/store.db or postgresql+psycopg://user@host/database"


def parse_url(text: str) -> URL:
    """Read a store's URL. Raises StalledError for one that names neither database."""
    try:
        url = make_url(text)
    except (exc.ArgumentError, ValueError):
        # Not chained: the library's error may quote the URL with its password.
        raise StalledError(f"the store's URL cannot be read; {_ADVICE}") from None
    if url.drivername in {"postgres", "postgresql"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername not in {"sqlite", "sqlite+pysqlite", "postgresql+psycopg"}:
        raise StalledError(f"the store's URL names the driver `{url.drivername}`; {_ADVICE}")
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise StalledError(f"a store in memory cannot be shared between processes; {_ADVICE}")
    return url


def make_engine(url: URL) -> Engine:
    """Return an engine that has not connected yet. Parameters never appear in its errors."""
    engine = create_engine(
        url,
        hide_parameters=True,
        pool_size=POOL_CONNECTIONS,
        pool_timeout=POOL_WAIT_S,
        # A restarted server is noticed before a transaction starts, not in the middle of it.
        pool_pre_ping=url.get_backend_name() == "postgresql",
        connect_args=_connect_args(url),
    )
    if url.get_backend_name() == "sqlite":
        event.listen(engine, "connect", _on_sqlite_connect)
        event.listen(engine, "begin", _on_sqlite_begin)
    else:
        event.listen(engine, "connect", _on_postgres_connect)
    return engine


def switch_on_wal(engine: Engine) -> None:
    """Make a SQLite file use a write-ahead log, for good; one that does costs nothing.

    SQLite does not wait by itself when two processes switch at once, so this does. A file that may
    only be read, such as a copy, stays as it is.
    """
    deadline_s = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            with engine.connect() as connection:
                connection.connection.cursor().execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            code = getattr(error, "sqlite_errorcode", 0) & 0xFF
            if code == sqlite3.SQLITE_READONLY:
                return
            if code != sqlite3.SQLITE_BUSY or time.monotonic() > deadline_s:
                raise exc.OperationalError(None, None, error) from error
            time.sleep(0.01)
        else:
            return


def _connect_args(url: URL) -> dict[str, Any]:
    if url.get_backend_name() == "sqlite":
        # None: transactions begin where we say, not where the driver guesses.
        return {"isolation_level": None, "timeout": BUSY_TIMEOUT_MS / 1000}
    defaults = {
        "connect_timeout": CONNECT_TIMEOUT_S,
        "tcp_user_timeout": UNREACHABLE_TIMEOUT_MS,
        "application_name": "periplus",
    }
    return {key: value for key, value in defaults.items() if key not in url.query}


def _on_sqlite_connect(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.close()


def _on_sqlite_begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get(WRITE, False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _on_postgres_connect(connection: Any, _record: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET lock_timeout = {LOCK_TIMEOUT_MS}")
    connection.commit()
