"""Trees that people push, and trees that nobody should."""

from pathlib import Path

import pygit2
import pytest

from libs.adapters.git.limits import GitLimits
from libs.adapters.git.trees import TreeReader
from libs.kernel.looperrors import StalledError
from libs.ports.gitrepo import EntryKind

DIRECTORY, FILE, SYMLINK = 0o040000, 0o100644, 0o120000


class CountingRepository:
    """A repository that counts how many trees are read from it."""

    def __init__(self, repo: pygit2.Repository) -> None:
        """Count from zero."""
        self._repo = repo
        self.reads = 0

    def __getitem__(self, key: pygit2.Oid) -> pygit2.Object:
        """Read an object."""
        self.reads += 1
        return self._repo[key]


@pytest.fixture
def repo(tmp_path: Path) -> pygit2.Repository:
    """An empty bare repository."""
    return pygit2.init_repository(str(tmp_path / "r.git"), bare=True)


def _tree(repo: pygit2.Repository, *entries: tuple[bytes, int, pygit2.Oid]) -> pygit2.Oid:
    """Write a tree as raw bytes, so that names which git's tools refuse are possible."""
    body = b"".join(b"%o %b\x00%b" % (mode, name, oid.raw) for name, mode, oid in entries)
    return repo.write(pygit2.enums.ObjectType.TREE, body)


def test_an_untouched_directory_is_not_read_again(repo: pygit2.Repository) -> None:
    """After a change in one of two directories only the changed one and the root are read."""
    blob, other = repo.create_blob(b"one"), repo.create_blob(b"two")
    still = _tree(repo, (b"a.yaml", FILE, blob))
    before = _tree(
        repo,
        (b"moved", DIRECTORY, _tree(repo, (b"b.yaml", FILE, blob))),
        (b"still", DIRECTORY, still),
    )
    after = _tree(
        repo,
        (b"moved", DIRECTORY, _tree(repo, (b"b.yaml", FILE, other))),
        (b"still", DIRECTORY, still),
    )
    counting, reader = CountingRepository(repo), TreeReader(GitLimits())
    reader.leaves(counting, before)  # type: ignore[arg-type]  # counts on the way
    counting.reads = 0
    leaves = reader.leaves(counting, after)  # type: ignore[arg-type]  # counts on the way
    assert [(leaf.path, leaf.blob) for leaf in leaves] == [
        ("moved/b.yaml", str(other)),
        ("still/a.yaml", str(blob)),
    ]
    assert counting.reads == 2


def test_forgotten_directories_are_read_again(repo: pygit2.Repository) -> None:
    """The memo is bounded; what fell out of it gives the same answer."""
    blob = repo.create_blob(b"one")
    trees = [_tree(repo, (b"%d.yaml" % number, FILE, blob)) for number in range(20)]
    reader = TreeReader(GitLimits(cached_entries_max=4))
    for _ in range(2):
        assert [reader.leaves(repo, tree)[0].path for tree in trees] == [
            f"{number}.yaml" for number in range(20)
        ]


def test_dangerous_names_arrive_escaped(repo: pygit2.Repository) -> None:
    """Names that leave the repository or hide git's own folder are marked, and nothing crashes."""
    blob = repo.create_blob(b"x")
    inner = _tree(repo, (b"..", FILE, blob), (b".GIT", SYMLINK, blob), (b"\xff\\", FILE, blob))
    root = _tree(repo, (b"..", DIRECTORY, inner), (b"/etc/passwd", FILE, blob))
    leaves = TreeReader(GitLimits()).leaves(repo, root)
    assert {leaf.path: leaf.kind for leaf in leaves} == {
        "\\x2e./\\x2e.": EntryKind.FILE,
        "\\x2e./\\x2eGIT": EntryKind.SYMLINK,
        "\\x2e./\\xff\\x5c": EntryKind.FILE,
        "\\x2fetc\\x2fpasswd": EntryKind.FILE,
    }


def test_a_tree_bomb_is_refused(repo: pygit2.Repository) -> None:
    """Thirteen small trees that name ten thousand billion files cost no more than the limit."""
    tree = _tree(repo, (b"x.yaml", FILE, repo.create_blob(b"x")))
    for _ in range(13):
        tree = _tree(repo, *((b"%d" % number, DIRECTORY, tree) for number in range(10)))
    with pytest.raises(StalledError, match="more than 5000 files"):
        TreeReader(GitLimits(entries_max=5_000)).leaves(repo, tree)


def test_too_many_levels_are_refused(repo: pygit2.Repository) -> None:
    """A tree deeper than anybody's configuration ends in a sentence, not in a full stack."""
    tree = _tree(repo, (b"x.yaml", FILE, repo.create_blob(b"x")))
    for _ in range(2_000):
        tree = _tree(repo, (b"d", DIRECTORY, tree))
    with pytest.raises(StalledError, match="more than 64 levels deep"):
        TreeReader(GitLimits()).leaves(repo, tree)


def test_a_path_that_is_too_long_is_refused(repo: pygit2.Repository) -> None:
    """A name of fifty kilobytes is cut short in the message as well."""
    tree = _tree(repo, (b"x" * 50_000, FILE, repo.create_blob(b"x")))
    with pytest.raises(StalledError, match="longer than 4096 bytes") as raised:
        TreeReader(GitLimits()).leaves(repo, tree)
    assert len(str(raised.value)) < 200


def test_a_file_that_poses_as_a_directory_is_refused(repo: pygit2.Repository) -> None:
    """A tree entry whose mode lies about its object is named."""
    tree = _tree(repo, (b"configs", DIRECTORY, repo.create_blob(b"x")))
    with pytest.raises(StalledError, match="`configs/` is no directory"):
        TreeReader(GitLimits()).leaves(repo, tree)
