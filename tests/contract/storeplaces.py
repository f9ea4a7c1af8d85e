"""Places in which a store can be kept, so that one suite asks them all."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

import psycopg

from libs.adapters.sql.store import SqlStore, open_store
from libs.fakes.store import FakeStore
from libs.ports.store import Store

_NUMBERS = count(1)


class StorePlace(Protocol):
    """A place that starts empty. Every `open` is like another process that comes to it."""

    def open(self) -> Store:
        """Open the store that is kept here."""
        ...

    def close(self) -> None:
        """Close everything that was opened."""
        ...


@dataclass(slots=True)
class FakePlace:
    """The twin lives in one process: everybody who comes gets the same."""

    store: FakeStore = field(default_factory=FakeStore)

    def open(self) -> Store:
        """Return the one store."""
        return self.store

    def close(self) -> None:
        """Nothing is open."""


@dataclass(slots=True)
class SqlPlace:
    """A database behind a URL."""

    url: str
    opened: list[SqlStore] = field(default_factory=list)

    def open(self) -> SqlStore:
        """Open the store with connections of its own."""
        store = open_store(self.url)
        self.opened.append(store)
        return store

    def close(self) -> None:
        """Close all connections."""
        while self.opened:
            self.opened.pop().close()


def sqlite_place(folder: Path) -> SqlPlace:
    """Return a file that does not exist yet."""
    return SqlPlace(f"sqlite:///{folder / f'store{next(_NUMBERS)}.db'}")


@contextmanager
def postgres_place(server_url: str) -> Iterator[SqlPlace]:
    """Make an empty database on a server, and drop it in the end."""
    name = f"store{next(_NUMBERS)}_{threading.get_native_id()}"
    with psycopg.connect(server_url, autocommit=True) as server:
        server.execute(f'CREATE DATABASE "{name}"')
        place = SqlPlace(server_url.rsplit("/", 1)[0] + f"/{name}")
        try:
            yield place
        finally:
            place.close()
            server.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
