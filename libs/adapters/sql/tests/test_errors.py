"""Tests of what a database's errors become."""

import sqlite3

import pytest
from sqlalchemy import exc

from libs.adapters.sql.engine import parse_url
from libs.adapters.sql.errors import CAUSE_CHARS_MAX, place_of
from libs.kernel.looperrors import StalledError, TransientError

SQLITE = place_of(parse_url("sqlite:///folder/store.db"))
POSTGRES = place_of(parse_url("postgresql://me:s3cr3t@db:5433/periplus?sslpassword=hush"))


def test_a_place_is_named_without_secrets() -> None:
    """A file is named by its path, a server by host, port and database."""
    assert SQLITE.text == "folder/store.db"
    assert POSTGRES.text == "periplus at db:5433"


def test_a_cause_is_one_short_line_without_secrets() -> None:
    """Passwords are struck out, further lines and long tails are left away."""
    cause = RuntimeError("cannot use s3cr3t, nor hush " + "x" * 1000 + "\nsecond line")
    reason = POSTGRES.transient(cause).reason
    assert reason.startswith(
        "the store periplus at db:5433 cannot be used now: cannot use ***, nor"
    )
    assert "s3cr3t" not in reason
    assert "hush" not in reason
    assert "\n" not in reason
    assert len(reason) < CAUSE_CHARS_MAX + 100


def test_a_cause_without_words_is_named() -> None:
    """An error that says nothing is called by its type."""
    assert SQLITE.transient(TimeoutError()).reason.endswith(": TimeoutError")


def test_damage_is_for_a_person() -> None:
    """A damaged file is no error that passes by itself."""
    damage = sqlite3.DatabaseError("file is not a database")
    damage.sqlite_errorcode = sqlite3.SQLITE_NOTADB
    with pytest.raises(StalledError, match="restore it"), SQLITE.mapped():
        raise exc.DatabaseError("SELECT", {}, damage)


@pytest.mark.parametrize("kind", [exc.OperationalError, exc.InterfaceError, exc.InternalError])
def test_what_passes_is_transient(kind: type[exc.DBAPIError]) -> None:
    """Locks, lost connections and full disks are worth another try; the SQL is not shown."""
    with pytest.raises(TransientError, match="locked") as caught, SQLITE.mapped():
        raise kind("SELECT body FROM objects", {"hash": "x"}, sqlite3.OperationalError("locked"))
    assert "SELECT" not in caught.value.reason


def test_an_exhausted_pool_is_transient() -> None:
    """Too many threads at once is an error that passes."""
    with pytest.raises(TransientError), SQLITE.mapped():
        raise exc.TimeoutError("no connection left")


@pytest.mark.parametrize("kind", [exc.IntegrityError, exc.ProgrammingError, exc.DataError])
def test_bugs_stay_bugs(kind: type[exc.DBAPIError]) -> None:
    """An error that only our statements can cause is not disguised as the database's."""
    with pytest.raises(kind), SQLITE.mapped():
        raise kind("SELECT", {}, sqlite3.IntegrityError("x"))
