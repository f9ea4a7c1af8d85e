"""What `GitRepo` promises, held by the libgit2 mirror of a real remote and by its twin."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import pytest

from libs.adapters.git.mirror import open_mirror
from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.kernel.ids import BlobId, CommitId
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.gitrepo import EntryKind, GitRepo, TreeEntry
from tools.gitremote.remote import GitRemote, git

MAIN = "refs/heads/main"
NOWHERE = CommitId("0" * 40)


class Remote(Protocol):
    """What a test may do to a remote."""

    def commit(
        self,
        files: Mapping[str, bytes],
        *,
        ref: str = MAIN,
        parent: CommitId | None = None,
        links: Mapping[str, EntryKind] | None = None,
        subject: str = "a change",
    ) -> CommitId:
        """Move a ref to a new commit."""
        ...

    def delete(self, ref: str) -> None:
        """Delete a ref."""
        ...

    def tag(self, name: str, commit: CommitId) -> str:
        """Make an annotated tag."""
        ...

    def vanish(self) -> None:
        """Take the repository away."""
        ...

    def spoil(self, blob: BlobId) -> None:
        """Damage an object."""
        ...


@dataclass(frozen=True)
class Pair:
    """A remote, its mirror, garbage collection in the mirror, and the mirror opened once more."""

    remote: Remote
    repo: GitRepo
    collect_garbage: Callable[[], object]
    reopened: Callable[[], GitRepo]


def _real(tmp_path: Path, scheme: str) -> Pair:
    remote = GitRemote(tmp_path / "remote.git")
    mirror = tmp_path / "mirror.git"

    def opened() -> GitRepo:
        return open_mirror(mirror, f"{scheme}{remote.path}", clock=FakeClock())

    return Pair(remote, opened(), lambda: git(mirror, "gc", "--quiet", "--prune=now"), opened)


@pytest.fixture(params=["fake", "path", "file url"])
def pair(request: pytest.FixtureRequest, tmp_path: Path) -> Pair:
    """Each implementation of the port beside a remote of its own."""
    if request.param == "fake":
        remote = FakeRemote()
        fake = FakeGitRepo(remote)
        return Pair(remote, fake, fake.collect_garbage, lambda: fake)
    return _real(tmp_path, "file://" if request.param == "file url" else "")


def blob_id(data: bytes) -> BlobId:
    """Return what git calls this content."""
    header = b"blob %d\x00" % len(data)
    return BlobId(hashlib.sha1(header + data, usedforsecurity=False).hexdigest())


def _fetched(pair: Pair) -> CommitId:
    commit = pair.repo.fetch(MAIN)
    assert commit is not None
    return commit


def _blob(pair: Pair, path: str) -> BlobId:
    found: dict[str, TreeEntry] = {entry.path: entry for entry in pair.repo.entries(_fetched(pair))}
    return found[path].blob


def test_an_empty_repository_has_no_head(pair: Pair) -> None:
    """A repository without commits is no error: it has no branch yet."""
    assert pair.repo.remote_head(MAIN) is None
    assert pair.repo.fetch(MAIN) is None


def test_a_new_commit_is_seen_and_fetched(pair: Pair) -> None:
    """A push moves the remote head; after the fetch its files can be read."""
    first = pair.remote.commit({"a.yaml": b"one"})
    assert pair.repo.fetch(MAIN) == first
    second = pair.remote.commit({"a.yaml": b"two", "b/c.yaml": b"three"}, parent=first)
    assert pair.repo.remote_head(MAIN) == second
    assert pair.repo.fetch(MAIN) == second
    assert [entry.path for entry in pair.repo.entries(second)] == ["a.yaml", "b/c.yaml"]
    assert [pair.repo.read_blob(entry.blob) for entry in pair.repo.entries(second)] == [
        b"two",
        b"three",
    ]
    assert pair.repo.commit(second).parents == (first,)


def test_a_commit_describes_itself(pair: Pair) -> None:
    """Author and first line of the message are there for people."""
    commit = pair.remote.commit({"a.yaml": b"one"}, subject="Send a tenth to v2")
    _fetched(pair)
    assert pair.repo.commit(commit).subject == "Send a tenth to v2"
    assert pair.repo.commit(commit).author.endswith("Author <author@example.com>")


def test_entries_are_sorted_by_path(pair: Pair) -> None:
    """Git sorts `a.yaml` before `a/`; callers get one order of plain text."""
    paths = ["a-b.yaml", "a.yaml", "a/b.yaml", "a/c/d.yaml", "a0.yaml"]
    pair.remote.commit(dict.fromkeys(paths, b"x"))
    assert [entry.path for entry in pair.repo.entries(_fetched(pair))] == sorted(paths)


def test_equal_content_has_one_blob_id(pair: Pair) -> None:
    """A file that did not change keeps its blob id through commits."""
    first = pair.remote.commit({"a.yaml": b"same", "b.yaml": b"one"})
    before = _blob(pair, "a.yaml")
    pair.remote.commit({"a.yaml": b"same", "b.yaml": b"two"}, parent=first)
    assert _blob(pair, "a.yaml") == before


def test_unrelated_history_replaces_the_branch(pair: Pair) -> None:
    """A force-push of a new root is fetched, and is no descendant of what was there."""
    old = pair.remote.commit({"a.yaml": b"old"})
    _fetched(pair)
    new = pair.remote.commit({"a.yaml": b"new"})
    assert pair.repo.fetch(MAIN) == new
    assert not pair.repo.is_ancestor(old, new)


def test_history_leads_from_parent_to_child_only(pair: Pair) -> None:
    """A commit descends from itself and its parents, not from its children or from nothing."""
    old = pair.remote.commit({"a.yaml": b"old"})
    new = pair.remote.commit({"a.yaml": b"new"}, parent=old)
    _fetched(pair)
    assert pair.repo.is_ancestor(old, new)
    assert pair.repo.is_ancestor(new, new)
    assert not pair.repo.is_ancestor(new, old)
    assert not pair.repo.is_ancestor(NOWHERE, new)


def test_a_deleted_branch_is_gone(pair: Pair) -> None:
    """A branch that was deleted answers None; what was fetched can still be read."""
    commit = pair.remote.commit({"a.yaml": b"one"})
    _fetched(pair)
    pair.remote.delete(MAIN)
    assert pair.repo.remote_head(MAIN) is None
    assert pair.repo.fetch(MAIN) is None
    assert [entry.path for entry in pair.repo.entries(commit)] == ["a.yaml"]


def test_an_annotated_tag_stands_for_its_commit(pair: Pair) -> None:
    """A tag object is followed to the commit, when asked and when fetched."""
    commit = pair.remote.commit({"a.yaml": b"one"})
    ref = pair.remote.tag("v1", commit)
    assert pair.repo.remote_head(ref) == commit
    assert pair.repo.fetch(ref) == commit
    assert pair.repo.commit(commit).id == commit


def test_a_symlink_is_told_apart_and_not_followed(pair: Pair) -> None:
    """A symlink's blob is its target's name; nothing outside of the repository is read."""
    pair.remote.commit({"link.yaml": b"/etc/passwd"}, links={"link.yaml": EntryKind.SYMLINK})
    (entry,) = pair.repo.entries(_fetched(pair))
    assert entry.kind is EntryKind.SYMLINK
    assert pair.repo.read_blob(entry.blob) == b"/etc/passwd"


def test_a_submodule_is_told_apart(pair: Pair) -> None:
    """A submodule is an entry of its own kind; its repository is never asked for."""
    pair.remote.commit({"module": b"1" * 40, "a.yaml": b"x"}, links={"module": EntryKind.SUBMODULE})
    kinds = {entry.path: entry.kind for entry in pair.repo.entries(_fetched(pair))}
    assert kinds == {"module": EntryKind.SUBMODULE, "a.yaml": EntryKind.FILE}


def test_the_size_of_a_blob_is_known(pair: Pair) -> None:
    """A large file's size can be asked before anybody reads it."""
    pair.remote.commit({"large.yaml": b"x" * 5_000_000})
    assert pair.repo.blob_size_bytes(_blob(pair, "large.yaml")) == 5_000_000


def test_a_kept_commit_survives_force_push_and_garbage_collection(pair: Pair) -> None:
    """What was accepted stays readable whatever happens to the branch, until it is released."""
    kept = pair.remote.commit({"a.yaml": b"kept"})
    pair.repo.fetch(MAIN)
    pair.repo.keep(kept)
    pair.repo.keep(kept)
    pair.remote.commit({"a.yaml": b"new"})
    _fetched(pair)
    pair.collect_garbage()
    for repo in (pair.repo, pair.reopened()):
        (entry,) = repo.entries(kept)
        assert repo.read_blob(entry.blob) == b"kept"


def test_a_released_commit_may_go(pair: Pair) -> None:
    """Releasing twice is fine, and leaves nothing that holds the commit."""
    kept = pair.remote.commit({"a.yaml": b"kept"})
    _fetched(pair)
    pair.repo.keep(kept)
    pair.repo.release(kept)
    pair.repo.release(kept)
    pair.remote.commit({"a.yaml": b"new"})
    _fetched(pair)
    pair.collect_garbage()
    with pytest.raises(TransientError):
        pair.reopened().read_blob(blob_id(b"kept"))


def test_a_commit_that_is_not_there_cannot_be_kept_or_read(pair: Pair) -> None:
    """An unknown commit is an error that names it, never an empty answer."""
    pair.remote.commit({"a.yaml": b"x"})
    _fetched(pair)
    for act in (pair.repo.keep, pair.repo.commit, pair.repo.entries):
        with pytest.raises(TransientError, match=NOWHERE):
            act(NOWHERE)


def test_a_corrupt_object_stops_the_fetch_and_spoils_nothing(pair: Pair) -> None:
    """A remote that cannot deliver is an error; the mirror goes on with what it has."""
    first = pair.remote.commit({"a.yaml": b"one"})
    _fetched(pair)
    data = b"two" * 100
    second = pair.remote.commit({"a.yaml": data}, parent=first)
    pair.remote.spoil(blob_id(data))
    with pytest.raises(TransientError):
        pair.repo.fetch(MAIN)
    assert [entry.path for entry in pair.repo.entries(first)] == ["a.yaml"]
    assert second != first


def test_a_vanished_remote_is_no_deleted_branch(pair: Pair) -> None:
    """A repository that is gone is an error: nobody may take it for an empty one."""
    pair.remote.commit({"a.yaml": b"one"})
    commit = _fetched(pair)
    pair.remote.vanish()
    for act in (pair.repo.remote_head, pair.repo.fetch):
        with pytest.raises(StalledError, match="no repository"):
            act(MAIN)
    assert pair.repo.commit(commit).id == commit


def test_a_short_ref_name_is_refused(pair: Pair) -> None:
    """`main` could be a branch or a tag; the message says what to write."""
    with pytest.raises(StalledError, match="refs/heads/main"):
        pair.repo.remote_head("main")
