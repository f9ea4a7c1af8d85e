"""An in-memory remote and its mirror: the twin of `libs.adapters.git`.

Ids are SHA-1 of content, so that equal content has equal ids as in git. What can go wrong with a
remote is a method of `FakeRemote`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from libs.kernel.ids import BlobId, CommitId
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.gitrepo import CommitInfo, EntryKind, TreeEntry

_AUTHOR = "Fake Author <author@example.com>"


@dataclass(frozen=True, slots=True)
class FakeCommit:
    """One commit: what it says of itself and its leaves."""

    info: CommitInfo
    entries: tuple[TreeEntry, ...]


@dataclass(slots=True)
class FakeRemote:
    """A remote repository that somebody else writes to. `refs` maps full names to commits."""

    refs: dict[str, CommitId] = field(default_factory=dict)
    commits: dict[CommitId, FakeCommit] = field(default_factory=dict)
    blobs: dict[BlobId, bytes] = field(default_factory=dict)
    corrupt: set[BlobId] = field(default_factory=set)
    gone: bool = False

    def commit(
        self,
        files: Mapping[str, bytes],
        *,
        ref: str = "refs/heads/main",
        parent: CommitId | None = None,
        links: Mapping[str, EntryKind] | None = None,
        subject: str = "a change",
    ) -> CommitId:
        """Move `ref` to a new commit with exactly these files.

        `links` gives the kind of those that are no plain files. Without `parent` the history is a
        new one, as after a force-push of an unrelated root.
        """
        kinds = links or {}
        entries = tuple(
            TreeEntry(path, kinds.get(path, EntryKind.FILE), self._blob(data))
            for path, data in sorted(files.items())
        )
        parents = () if parent is None else (parent,)
        made = CommitId(_sha1(repr((entries, parents, subject)).encode()))
        self.commits[made] = FakeCommit(CommitInfo(made, parents, _AUTHOR, 0.0, subject), entries)
        self.refs[ref] = made
        return made

    def delete(self, ref: str) -> None:
        """Delete a ref."""
        del self.refs[ref]

    def tag(self, name: str, commit: CommitId) -> str:
        """Make an annotated tag; return its full ref name."""
        self.refs[f"refs/tags/{name}"] = commit
        return f"refs/tags/{name}"

    def vanish(self) -> None:
        """Take the whole repository away."""
        self.gone = True

    def spoil(self, blob: BlobId) -> None:
        """Damage an object, so that it cannot be read any more."""
        self.corrupt.add(blob)

    def history(self, tip: CommitId) -> Iterator[FakeCommit]:
        """Yield a commit and everything that it descends from."""
        return _history(self.commits, tip)

    def _blob(self, data: bytes) -> BlobId:
        blob = BlobId(_sha1(b"blob %d\x00%b" % (len(data), data)))
        self.blobs[blob] = data
        return blob


class FakeGitRepo:
    """`GitRepo` over a `FakeRemote`."""

    def __init__(self, remote: FakeRemote) -> None:
        """Start with an empty mirror."""
        self._remote = remote
        self._tracked: dict[str, CommitId] = {}
        self._kept: set[CommitId] = set()
        self._commits: dict[CommitId, FakeCommit] = {}
        self._blobs: dict[BlobId, bytes] = {}

    def remote_head(self, ref: str) -> CommitId | None:
        """Ask the remote for the commit of `ref`."""
        _check_ref(ref)
        if self._remote.gone:
            raise StalledError("the remote cannot be asked: there is no repository")
        return self._remote.refs.get(ref)

    def fetch(self, ref: str) -> CommitId | None:
        """Copy the history of `ref`."""
        head = self.remote_head(ref)
        if head is None:
            self._tracked.pop(ref, None)
            return None
        for commit in self._remote.history(head):
            if commit.info.id not in self._commits:
                self._copy(commit)
        self._tracked[ref] = head
        return head

    def commit(self, commit: CommitId) -> CommitInfo:
        """Describe a commit of the mirror."""
        return self._found(commit).info

    def entries(self, commit: CommitId) -> Sequence[TreeEntry]:
        """All leaves of the commit's tree, sorted by path."""
        return self._found(commit).entries

    def blob_size_bytes(self, blob: BlobId) -> int:
        """Size of a blob."""
        return len(self.read_blob(blob))

    def read_blob(self, blob: BlobId) -> bytes:
        """Content of a blob."""
        if blob not in self._blobs:
            raise TransientError(f"blob {blob} cannot be read: it is not there")
        return self._blobs[blob]

    def is_ancestor(self, ancestor: CommitId, descendant: CommitId) -> bool:
        """Say whether history leads from `ancestor` to `descendant`."""
        if descendant not in self._commits:
            return ancestor == descendant
        return any(commit.info.id == ancestor for commit in _history(self._commits, descendant))

    def keep(self, commit: CommitId) -> None:
        """Hold a commit alive."""
        self._found(commit)
        self._kept.add(commit)

    def release(self, commit: CommitId) -> None:
        """Stop holding a commit."""
        self._kept.discard(commit)

    def collect_garbage(self) -> None:
        """Drop what no ref leads to, as `git gc --prune=now` does."""
        tips = [*self._tracked.values(), *self._kept]
        reached = [commit for tip in tips for commit in _history(self._commits, tip)]
        used = {entry.blob for commit in reached for entry in commit.entries}
        self._commits = {commit.info.id: commit for commit in reached}
        self._blobs = {blob: data for blob, data in self._blobs.items() if blob in used}

    def _copy(self, commit: FakeCommit) -> None:
        wanted = [entry.blob for entry in commit.entries if entry.kind is not EntryKind.SUBMODULE]
        for blob in wanted:
            if blob in self._remote.corrupt:
                raise TransientError(f"the remote cannot be fetched: object {blob} is corrupt")
        self._blobs.update({blob: self._remote.blobs[blob] for blob in wanted})
        self._commits[commit.info.id] = commit

    def _found(self, commit: CommitId) -> FakeCommit:
        if commit not in self._commits:
            raise TransientError(f"commit {commit} cannot be read: it is not there")
        return self._commits[commit]


def _history(commits: Mapping[CommitId, FakeCommit], tip: CommitId) -> Iterator[FakeCommit]:
    waiting = [tip]
    seen: set[CommitId] = set()
    while waiting:
        at = waiting.pop()
        if at in seen or at not in commits:
            continue
        seen.add(at)
        yield commits[at]
        waiting.extend(commits[at].info.parents)


def _sha1(data: bytes) -> str:
    return hashlib.sha1(data, usedforsecurity=False).hexdigest()


def _check_ref(ref: str) -> None:
    if not ref.startswith("refs/"):
        raise StalledError(f"`{ref}` is no full ref name; write it like refs/heads/main")
