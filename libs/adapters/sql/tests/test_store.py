"""Tests of opening and closing; what a store does is in the contract that all stores share."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from libs.adapters.sql.store import open_store
from libs.adapters.sql.tests.values import SOURCE, state


def test_a_closed_store_holds_no_file(tmp_path: Path) -> None:
    """Closing gives up every connection, the watch's as well, and leaves the data."""
    url = f"sqlite:///{tmp_path}/store.db"
    store = open_store(url)
    store.record_source(state())
    store.wait_for_change("", 0)
    assert open_files(tmp_path)
    store.close()
    assert not open_files(tmp_path)
    again = open_store(url)
    assert again.source(SOURCE) == state()
    again.close()


@pytest.mark.parametrize("suffix", ["", "?mode=ro&uri=true"])
def test_a_copy_that_lost_its_log_can_be_opened(tmp_path: Path, suffix: str) -> None:
    """A copy made by SQLite's own means gets its log back, or is read as it is."""
    store = open_store(f"sqlite:///{tmp_path}/store.db")
    store.record_source(state())
    store.close()
    with closing(sqlite3.connect(tmp_path / "store.db")) as connection:
        connection.execute("VACUUM INTO ?", [str(tmp_path / "copy.db")])
    copy = open_store(f"sqlite:///file:{tmp_path}/copy.db{suffix or '?uri=true'}")
    assert copy.source(SOURCE) == state()
    copy.close()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        mode = connection.execute("PRAGMA journal_mode").fetchone()[0]
    assert mode == ("delete" if suffix else "wal")


def open_files(folder: Path) -> list[str]:
    """Return the files below a folder that this process holds open."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [str(at) for at in (link.readlink() for link in links) if at.is_relative_to(folder)]
