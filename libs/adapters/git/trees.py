"""Lists the leaves of a tree; a directory that was read before is not read again."""

from collections import OrderedDict

import pygit2

from libs.adapters.git.limits import GitLimits
from libs.adapters.git.paths import escaped_name
from libs.kernel.ids import BlobId
from libs.kernel.looperrors import StalledError
from libs.ports.gitrepo import EntryKind, TreeEntry

_DIRECTORY = 0o040000
_KINDS = {0o120000: EntryKind.SYMLINK, 0o160000: EntryKind.SUBMODULE}

_Leaves = tuple[TreeEntry, ...]


class TreeReader:
    """Flattens trees, with a memo by (tree id, path of the directory)."""

    def __init__(self, limits: GitLimits) -> None:
        """Start with nothing read."""
        self._limits = limits
        self._memo: OrderedDict[tuple[pygit2.Oid, str], _Leaves] = OrderedDict()
        self._held = 0

    def leaves(self, repo: pygit2.Repository, tree: pygit2.Oid) -> _Leaves:
        """Return every leaf below `tree`, sorted by path.

        Raises:
            StalledError: the tree is larger or deeper than the limits.
        """
        walk = _Walk(self, repo, self._limits)
        return walk.directory(tree, "", 0)

    def recall(self, key: tuple[pygit2.Oid, str]) -> _Leaves | None:
        """Return what was read before, and note that it was of use."""
        found = self._memo.get(key)
        if found is not None:
            self._memo.move_to_end(key)
        return found

    def remember(self, key: tuple[pygit2.Oid, str], leaves: _Leaves) -> None:
        """Keep a directory; those that were not asked for longest make room."""
        self._memo[key] = leaves
        self._held += len(leaves) + 1
        while self._held > self._limits.cached_entries_max:
            _, oldest = self._memo.popitem(last=False)
            self._held -= len(oldest) + 1


class _Walk:
    """One walk with its budget: trees may share subtrees, so few objects can name many paths."""

    def __init__(self, reader: TreeReader, repo: pygit2.Repository, limits: GitLimits) -> None:
        self._reader = reader
        self._repo = repo
        self._limits = limits
        self._seen = 0

    def directory(self, tree: pygit2.Oid, prefix: str, depth: int) -> _Leaves:
        """Leaves of one directory and all below it, sorted by path."""
        key = (tree, prefix)
        known = self._reader.recall(key)
        if known is not None:
            self._count(len(known) + 1)
            return known
        self._count(1)
        if depth >= self._limits.depth_max:
            raise StalledError(
                f"directory `{prefix[:80]}...` is more than {self._limits.depth_max} levels deep"
            )
        leaves = self._read(tree, prefix, depth)
        self._reader.remember(key, leaves)
        return leaves

    def _read(self, tree: pygit2.Oid, prefix: str, depth: int) -> _Leaves:
        found = self._repo[tree]
        if not isinstance(found, pygit2.Tree):
            raise StalledError(f"`{prefix or '/'}` is no directory in the repository's objects")
        leaves: list[TreeEntry] = []
        for entry in found:
            path = prefix + escaped_name(entry.raw_name or b"")
            if len(path) > self._limits.path_bytes_max:
                raise StalledError(
                    f"path `{path[:80]}...` is longer than {self._limits.path_bytes_max} bytes"
                )
            if entry.filemode == _DIRECTORY:
                leaves.extend(self.directory(entry.id, path + "/", depth + 1))
                continue
            self._count(1)
            kind = _KINDS.get(entry.filemode, EntryKind.FILE)
            leaves.append(TreeEntry(path, kind, BlobId(str(entry.id))))
        # Git sorts bytes with a slash behind directories; an escape may change the order.
        return tuple(sorted(leaves, key=_path))

    def _count(self, entries: int) -> None:
        self._seen += entries
        if self._seen > self._limits.entries_max:
            raise StalledError(f"the commit has more than {self._limits.entries_max} files")


def _path(entry: TreeEntry) -> str:
    return entry.path
