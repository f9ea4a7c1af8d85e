"""Notices changes of a PostgreSQL database: NOTIFY wakes, a slower look is the truth."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine

from libs.adapters.sql.errors import Place
from libs.adapters.sql.transactions import CHANNEL

POLL_S = 0.5
"""Longest time between two looks: a NOTIFY that gets lost, as behind a pooler, costs this much."""

_COUNT = "SELECT count FROM changes"


class PostgresWatch:
    """`Watch` with listening connections of its own, one per thread that asks at the same time."""

    def __init__(self, engine: Engine, place: Place) -> None:
        """Connect at the first look."""
        self._engine = engine
        self._place = place
        self._error = engine.dialect.loaded_dbapi.Error
        self._lock = threading.Lock()
        self._idle: list[Any] = []

    def token(self) -> str:
        """Return the number of changes as text."""
        with self._listening() as connection:
            return _count(connection)

    def wait(self, token: str, timeout_s: float) -> str:
        """Sleep until a NOTIFY, and look at least every `POLL_S`."""
        deadline_s = time.monotonic() + timeout_s
        with self._listening() as connection:
            while (newest := _count(connection)) == token:
                left_s = deadline_s - time.monotonic()
                if left_s <= 0:
                    break
                for _ in connection.notifies(timeout=min(POLL_S, left_s), stop_after=1):
                    pass
            return newest

    def close(self) -> None:
        """Give up the connections that nobody waits on."""
        with self._lock:
            while self._idle:
                self._idle.pop().close()

    @contextmanager
    def _listening(self) -> Iterator[Any]:
        """Lend a connection that already listens, so that no change falls between look and wait."""
        with self._lock:
            idle = self._idle.pop() if self._idle else None
        connection = idle or self._connect()
        try:
            if idle is None:
                connection.execute(f"LISTEN {CHANNEL}")
            yield connection
        except self._error as error:
            connection.close()
            raise self._place.transient(error) from None
        except BaseException:
            connection.close()
            raise
        with self._lock:
            self._idle.append(connection)

    def _connect(self) -> Any:
        with self._place.mapped():
            borrowed = self._engine.raw_connection()
        connection: Any = borrowed.dbapi_connection
        borrowed.detach()
        connection.autocommit = True
        return connection


def _count(connection: Any) -> str:
    return str(connection.execute(_COUNT).fetchone()[0])
