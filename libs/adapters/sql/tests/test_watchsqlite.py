"""Tests of noticing changes of a SQLite file."""

import time
from pathlib import Path

import pytest
from sqlalchemy import Engine

from libs.adapters.sql.tests.database import PLACE
from libs.adapters.sql.transactions import touch, write
from libs.adapters.sql.watch import Watch
from libs.adapters.sql.watchsqlite import SqliteWatch
from libs.kernel.looperrors import TransientError


def test_a_look_is_cheap_enough_for_two_hundred_a_second(engine: Engine) -> None:
    """The median look takes less than 50 microseconds."""
    watch: Watch = SqliteWatch(engine, PLACE)
    watch.token()
    spent_s = []
    for _ in range(501):
        began_s = time.perf_counter()
        watch.token()
        spent_s.append(time.perf_counter() - began_s)
    watch.close()
    assert sorted(spent_s)[250] < 50e-6


def test_a_closed_watch_connects_again(engine: Engine) -> None:
    """Closing gives up the connection only, so that a look afterwards is true."""
    watch = SqliteWatch(engine, PLACE)
    before = watch.token()
    watch.close()
    write(engine, PLACE, touch)
    assert watch.token() != before
    watch.close()


def test_a_failed_look_is_transient_and_heals(engine: Engine, tmp_path: Path) -> None:
    """While the table cannot be read, looks fail with a sentence; then they work again."""
    watch = SqliteWatch(engine, PLACE)
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE changes RENAME TO away")
    with pytest.raises(TransientError, match=r"store\.db cannot be used now"):
        watch.token()
    with engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE away RENAME TO changes")
    assert watch.token() == "0"
    watch.close()
