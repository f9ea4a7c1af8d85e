"""Tests of URLs and of each database's settings."""

from pathlib import Path

import pytest
from sqlalchemy import text

from libs.adapters.sql.engine import make_engine, parse_url, switch_on_wal
from libs.kernel.looperrors import StalledError


@pytest.mark.parametrize(
    ("url", "driver"),
    [
        ("sqlite:///folder/store.db", "sqlite"),
        ("postgresql://me@host/db", "postgresql+psycopg"),
        ("postgres://me@host/db", "postgresql+psycopg"),
        ("postgresql+psycopg://me@host/db", "postgresql+psycopg"),
    ],
)
def test_both_databases_are_understood(url: str, driver: str) -> None:
    """The usual spellings of both databases lead to the drivers that we carry."""
    assert parse_url(url).drivername == driver


@pytest.mark.parametrize(
    "url",
    [
        "",
        "nonsense-hush",
        "mysql://me:hush@host/db",
        "postgresql+asyncpg://me:hush@host/db",
        "postgresql://me:hush@host:port/db",
        "sqlite://",
        "sqlite:///:memory:",
    ],
)
def test_other_urls_are_refused_with_advice(url: str) -> None:
    """A URL that we cannot use is answered with the forms to write, without quoting it."""
    with pytest.raises(StalledError, match="write sqlite:///") as caught:
        parse_url(url)
    assert "hush" not in caught.value.reason


def test_sqlite_is_set_up_for_crashes_and_many_processes(tmp_path: Path) -> None:
    """Write-ahead log, full synchronisation, foreign keys and a busy timeout are on."""
    engine = make_engine(parse_url(f"sqlite:///{tmp_path}/store.db"))
    switch_on_wal(engine)
    with engine.connect() as connection:
        found = {
            name: connection.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
        }
    engine.dispose()
    assert found == {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
    }
