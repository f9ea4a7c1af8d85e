"""Notices changes of a SQLite file by looking: a look costs some microseconds."""

import threading
import time
from typing import Any

from sqlalchemy import Engine

from libs.adapters.sql.errors import Place

POLL_S = 0.005

_COUNT = "SELECT count FROM changes"


class SqliteWatch:
    """`Watch` with one connection of its own, past SQLAlchemy: it is asked 200 times a second."""

    def __init__(self, engine: Engine, place: Place) -> None:
        """Connect at the first look."""
        self._engine = engine
        self._place = place
        self._error = engine.dialect.loaded_dbapi.Error
        self._lock = threading.Lock()
        self._connection: Any = None

    def token(self) -> str:
        """Return the number of changes as text."""
        with self._lock:
            try:
                return str(self._connected().execute(_COUNT).fetchone()[0])
            except self._error as error:
                self._forget()
                raise self._place.transient(error) from None

    def wait(self, token: str, timeout_s: float) -> str:
        """Look every `POLL_S` until the token differs or `timeout_s` is over."""
        deadline_s = time.monotonic() + timeout_s
        while (newest := self.token()) == token:
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                break
            time.sleep(min(POLL_S, left_s))
        return newest

    def close(self) -> None:
        """Give up the connection."""
        with self._lock:
            self._forget()

    def _connected(self) -> Any:
        if self._connection is None:
            with self._place.mapped():
                borrowed = self._engine.raw_connection()
            self._connection = borrowed.dbapi_connection
            borrowed.detach()
        return self._connection

    def _forget(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
