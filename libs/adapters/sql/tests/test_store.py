"""Tests of opening and closing; what a store does is in the contract that all stores share."""

from pathlib import Path

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


def open_files(folder: Path) -> list[str]:
    """Return the files below a folder that this process holds open."""
    links = [link for link in Path("/proc/self/fd").iterdir() if link.is_symlink()]
    return [str(at) for at in (link.readlink() for link in links) if at.is_relative_to(folder)]
