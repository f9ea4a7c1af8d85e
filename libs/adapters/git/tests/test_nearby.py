"""Bringing objects from a repository on this machine."""

from pathlib import Path

import pygit2
import pytest

from libs.adapters.git.mirror import open_mirror
from libs.adapters.git.nearby import OBJECTS_MAX, bring
from libs.fakes.clock import FakeClock
from libs.ports.gitrepo import EntryKind
from tools.gitremote.remote import GitRemote, git

MAIN = "refs/heads/main"


class TooMuchError(Exception):
    """Raised by a limit of a test."""


@pytest.fixture
def remote(tmp_path: Path) -> GitRemote:
    """An empty remote."""
    return GitRemote(tmp_path / "remote.git")


@pytest.fixture
def mirror(tmp_path: Path) -> pygit2.Repository:
    """An empty mirror."""
    return pygit2.init_repository(str(tmp_path / "mirror.git"), bare=True)


def _count(mirror: pygit2.Repository) -> int:
    return sum(1 for _ in mirror.odb)


def _bring(remote: GitRemote, mirror: pygit2.Repository, tip: str) -> bool:
    source = pygit2.Repository(str(remote.path))
    return bring(source, mirror, pygit2.Oid(hex=tip), lambda _bytes, _objects: None)


def test_only_what_is_missing_is_written(remote: GitRemote, mirror: pygit2.Repository) -> None:
    """A change of one file brings its commit, the trees above it, and its content."""
    files = {f"{folder}/{number}": b"%d" % number for folder in "ab" for number in range(5)}
    first = remote.commit(files)
    assert _bring(remote, mirror, first)
    before = _count(mirror)
    second = remote.commit({**files, "a/1": b"new"}, parent=first)
    assert _bring(remote, mirror, second)
    assert _count(mirror) == before + 4
    assert _bring(remote, mirror, second)
    assert _count(mirror) == before + 4
    mirror.references.create("refs/periplus/remote/heads/main", pygit2.Oid(hex=second))
    assert "missing" not in git(Path(mirror.path), "fsck", "--full", "--strict")


def test_tags_are_brought_and_submodules_are_not_followed(
    remote: GitRemote, mirror: pygit2.Repository
) -> None:
    """A tag comes with its commit; the commit of a submodule lives in another repository."""
    commit = remote.commit({"module": b"1" * 40, "a": b"x"}, links={"module": EntryKind.SUBMODULE})
    tag = remote.run("rev-parse", remote.tag("v1", commit))
    assert _bring(remote, mirror, tag)
    assert mirror[tag].peel(pygit2.Commit).id == pygit2.Oid(hex=commit)
    assert _count(mirror) == 4


def test_a_large_push_is_left_to_the_library(tmp_path: Path, remote: GitRemote) -> None:
    """More objects than the short way is good for arrive all the same."""
    commit = remote.commit({f"{number}": b"%d" % number for number in range(OBJECTS_MAX + 1)})
    repo = open_mirror(tmp_path / "m.git", str(remote.path), clock=FakeClock())
    assert not _bring(remote, pygit2.Repository(str(tmp_path / "m.git")), commit)
    assert repo.fetch(MAIN) == commit
    assert len(repo.entries(commit)) == OBJECTS_MAX + 1


def test_a_limit_ends_it_and_writes_nothing(remote: GitRemote, mirror: pygit2.Repository) -> None:
    """Bytes and objects are counted before anything is written."""
    commit = remote.commit({"a": b"x" * 1_000})

    def check(size_bytes: int, _objects: int) -> None:
        if size_bytes > 500:
            raise TooMuchError

    with pytest.raises(TooMuchError):
        bring(pygit2.Repository(str(remote.path)), mirror, pygit2.Oid(hex=commit), check)
    assert _count(mirror) == 0
