"""What a database's errors mean for a loop, said without secrets.

A statement's parameters, and the password of the URL, never get into a sentence of ours.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import exc
from sqlalchemy.engine import URL

from libs.kernel.looperrors import StalledError, TransientError

CAUSE_CHARS_MAX = 200

_PASSING = (exc.OperationalError, exc.InterfaceError, exc.InternalError, exc.TimeoutError)
_SQLITE_DAMAGED = {sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT}


@dataclass(frozen=True, slots=True)
class Place:
    """Where a store is, for sentences. `secrets` are struck out of every cause."""

    text: str
    secrets: tuple[str, ...] = ()

    @contextmanager
    def mapped(self) -> Iterator[None]:
        """Turn the database's errors into the loop's; what is left over is a bug and passes."""
        try:
            yield
        except exc.DBAPIError as error:
            if _is_damaged(error.orig):
                raise StalledError(
                    f"{self._sentence(error.orig)}; restore it from a copy"
                ) from None
            if isinstance(error, _PASSING):
                raise TransientError(self._sentence(error.orig)) from None
            raise
        except exc.TimeoutError as error:
            raise TransientError(self._sentence(error)) from None

    def transient(self, cause: BaseException) -> TransientError:
        """Say that the database could not do its work now."""
        return TransientError(self._sentence(cause))

    def _sentence(self, cause: BaseException | None) -> str:
        lines = str(cause).strip().splitlines()
        said = lines[0] if lines else type(cause).__name__
        for secret in self.secrets:
            said = said.replace(secret, "***")
        return f"the store {self.text} cannot be used now: {said[:CAUSE_CHARS_MAX]}"


def place_of(url: URL) -> Place:
    """Name a store by what a person needs to find it: file, or host and database."""
    if url.get_backend_name() == "sqlite":
        return Place(f"{url.database}")
    host = f"{url.host or 'localhost'}:{url.port or 5432}"
    values = [url.password, *(value for key, value in url.query.items() if "pass" in key)]
    return Place(f"{url.database} at {host}", tuple(str(value) for value in values if value))


def _is_damaged(cause: BaseException | None) -> bool:
    return (
        isinstance(cause, sqlite3.Error)
        and (getattr(cause, "sqlite_errorcode", 0) & 0xFF) in _SQLITE_DAMAGED
    )
