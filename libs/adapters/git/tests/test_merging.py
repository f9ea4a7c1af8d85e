"""What a merge would hold, in real repositories."""

from pathlib import Path

import pytest

from libs.adapters.git.mirror import Mirror, open_mirror
from libs.adapters.system.clock import SystemClock
from libs.kernel.ids import CommitId
from tools.gitremote.remote import GitRemote

_HEAD = "refs/pull/1/head"


@pytest.fixture
def remote(tmp_path: Path) -> GitRemote:
    """An empty remote."""
    return GitRemote(tmp_path / "remote.git")


@pytest.fixture
def mirror(tmp_path: Path, remote: GitRemote) -> Mirror:
    """A mirror of it."""
    return open_mirror(tmp_path / "mirror.git", str(remote.path), clock=SystemClock())


def _fetched(mirror: Mirror) -> tuple[CommitId, CommitId]:
    base, head = mirror.fetch("refs/heads/main"), mirror.fetch(_HEAD)
    assert base is not None
    assert head is not None
    return base, head


def test_changes_of_both_sides_are_there(remote: GitRemote, mirror: Mirror) -> None:
    """What main has got meanwhile stays, in the same file as well."""
    lines = [f"{number}\n".encode() for number in range(20)]
    first = remote.commit({"a": b"".join(lines), "b": b"old"})
    remote.commit({"a": b"".join(lines) + b"end\n", "b": b"old"}, parent=first)
    remote.commit({"a": b"start\n" + b"".join(lines), "c": b"new"}, parent=first, ref=_HEAD)
    base, head = _fetched(mirror)
    found = mirror.merged(base, head)
    assert found is not None
    content = {one.path: mirror.read_blob(one.blob) for one in found}
    assert content == {"a": b"start\n" + b"".join(lines) + b"end\n", "c": b"new"}
    assert remote.run("rev-parse", "refs/heads/main") == base


def test_conflicts_are_somebodys_to_resolve(remote: GitRemote, mirror: Mirror) -> None:
    """Two texts for one line, and a history that has nothing in common."""
    first = remote.commit({"a": b"1"})
    remote.commit({"a": b"2"}, parent=first)
    remote.commit({"a": b"3"}, parent=first, ref=_HEAD)
    assert mirror.merged(*_fetched(mirror)) is None
    remote.commit({"other": b"1"}, ref=_HEAD)
    assert mirror.merged(*_fetched(mirror)) is None
