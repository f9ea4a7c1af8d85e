"""Reads commits, trees and blobs of one repository, each tree once."""

import pygit2

from libs.adapters.git.errors import Redactor, mapped
from libs.adapters.git.limits import GitLimits
from libs.adapters.git.trees import TreeReader
from libs.kernel.ids import BlobId, CommitId
from libs.kernel.looperrors import StalledError
from libs.ports.gitrepo import CommitInfo, TreeEntry

_SUBJECT_CHARS_MAX = 200


class ObjectReader:
    """The read half of `GitRepo`, for a mirror and for a repository on this machine alike."""

    def __init__(self, repo: pygit2.Repository, redact: Redactor, limits: GitLimits) -> None:
        """Read from `repo`; nothing is read before it is asked for."""
        self._repo = repo
        self._redact = redact
        self._trees = TreeReader(limits)

    def reopened(self, repo: pygit2.Repository) -> None:
        """Go on with a fresh handle of the same repository; what was read stays valid."""
        self._repo = repo

    def commit(self, commit: CommitId) -> CommitInfo:
        """Describe a commit; texts in unknown encodings are shown as well as they can be."""
        with mapped(f"commit {commit} cannot be read", self._redact):
            found = self._commit(commit)
            return CommitInfo(
                id=CommitId(str(found.id)),
                parents=tuple(CommitId(str(parent)) for parent in found.parent_ids),
                author=_line(found.author.raw_name + b" <" + found.author.raw_email + b">"),
                committed_at_s=float(found.commit_time),
                subject=_line(found.raw_message.lstrip().split(b"\n", 1)[0]),
            )

    def entries(self, commit: CommitId) -> tuple[TreeEntry, ...]:
        """All leaves of the commit's tree, sorted by path."""
        with mapped(f"the files of commit {commit} cannot be read", self._redact):
            return self._trees.leaves(self._repo, self._commit(commit).tree_id)

    def merged(self, base: CommitId, head: CommitId) -> tuple[TreeEntry, ...] | None:
        """All leaves of a merge, sorted by path; None for conflicts, or nothing in common."""
        with mapped(f"commits {base} and {head} cannot be merged", self._redact):
            ours, theirs = self._commit(base), self._commit(head)
            ancestor: pygit2.Oid | None = self._repo.merge_base(ours.id, theirs.id)
            if ancestor is None:
                return None
            common = self._repo[ancestor].peel(pygit2.Commit)
            index = self._repo.merge_trees(common.tree, ours.tree, theirs.tree)
            if index.conflicts is not None:
                return None
            return self._trees.leaves(self._repo, index.write_tree(self._repo))

    def blob_size_bytes(self, blob: BlobId) -> int:
        """Size of a blob from its header."""
        with mapped(f"blob {blob} cannot be read", self._redact):
            _, size = self._repo.odb.read_header(pygit2.Oid(hex=blob))
            return int(size)

    def read_blob(self, blob: BlobId) -> bytes:
        """Content of a blob."""
        with mapped(f"blob {blob} cannot be read", self._redact):
            found = self._repo[pygit2.Oid(hex=blob)]
            if not isinstance(found, pygit2.Blob):
                raise StalledError(f"{blob} is no file content")
            return found.data

    def is_ancestor(self, ancestor: CommitId, descendant: CommitId) -> bool:
        """Say whether history leads from `ancestor` to `descendant`; a commit leads to itself."""
        if ancestor == descendant:
            return True
        with mapped(f"the history of {descendant} cannot be read", self._redact):
            old, new = pygit2.Oid(hex=ancestor), pygit2.Oid(hex=descendant)
            if old not in self._repo or new not in self._repo:
                return False
            return bool(self._repo.descendant_of(new, old))

    def _commit(self, commit: CommitId) -> pygit2.Commit:
        """Fetch a commit object by its id."""
        return self._repo[pygit2.Oid(hex=commit)].peel(pygit2.Commit)


def _line(raw: bytes) -> str:
    """One printable line of bounded length."""
    text = raw.decode("utf-8", "replace")
    return "".join(char for char in text if char.isprintable()).strip()[:_SUBJECT_CHARS_MAX]
