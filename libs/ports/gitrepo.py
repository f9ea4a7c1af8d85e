"""A git repository as the gitwatcher reads it: refs and objects, never a work tree."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from libs.kernel.ids import BlobId, CommitId


class EntryKind(StrEnum):
    """What a tree entry is."""

    FILE = "file"
    SYMLINK = "symlink"
    SUBMODULE = "submodule"


@dataclass(frozen=True, slots=True, order=True)
class TreeEntry:
    """One leaf of a commit's tree. `path` uses `/`.

    What no file name should hold arrives escaped with backslashes: bytes that are no UTF-8, control
    characters, a slash or backslash in a name, `.`, `..` and every spelling of `.git`. A backslash
    in `path` thus marks an entry that nobody may read as a file.
    """

    path: str
    kind: EntryKind
    blob: BlobId


@dataclass(frozen=True, slots=True)
class CommitInfo:
    """What a commit says of itself. Times are seconds since the epoch."""

    id: CommitId
    parents: tuple[CommitId, ...]
    author: str
    committed_at_s: float
    subject: str


class GitRepo(Protocol):
    """A bare mirror of one remote repository.

    Every method raises `TransientError` when the remote or the object database cannot be read now,
    and `StalledError` when a person has to act: refused credentials, unknown host key, no
    repository.
    """

    def remote_head(self, ref: str) -> CommitId | None:
        """Ask the remote for the commit of `ref` (such as `refs/heads/main`); None: no such ref."""
        ...

    def fetch(self, ref: str) -> CommitId | None:
        """Bring `ref` and its objects into the mirror; return its commit, None when it is gone."""
        ...

    def commit(self, commit: CommitId) -> CommitInfo:
        """Describe a commit of the mirror."""
        ...

    def entries(self, commit: CommitId) -> Sequence[TreeEntry]:
        """All leaves of the commit's tree, sorted by path; untouched folders come from a cache."""
        ...

    def blob_size_bytes(self, blob: BlobId) -> int:
        """Size of a blob, without reading it."""
        ...

    def read_blob(self, blob: BlobId) -> bytes:
        """Content of a blob."""
        ...

    def is_ancestor(self, ancestor: CommitId, descendant: CommitId) -> bool:
        """Say whether history leads from `ancestor` to `descendant`; False when it is not there."""
        ...

    def keep(self, commit: CommitId) -> None:
        """Hold a commit alive in the mirror, whatever the remote does. Idempotent."""
        ...

    def release(self, commit: CommitId) -> None:
        """Stop holding a commit. Idempotent."""
        ...


class MergingRepo(GitRepo, Protocol):
    """A repository that can also say what a merge of two commits would hold."""

    def merged(self, base: CommitId, head: CommitId) -> Sequence[TreeEntry] | None:
        """All leaves of `base` with the changes of `head`, sorted by path.

        None when somebody has to resolve conflicts first. Nothing of the remote changes.
        """
        ...
