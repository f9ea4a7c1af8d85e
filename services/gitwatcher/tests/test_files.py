"""Which files of a commit are read, and what is said of the rest."""

import pytest

from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.kernel.ids import BlobId, CommitId
from libs.ports.gitrepo import TreeEntry
from services.gitwatcher.files import FileReader

MAIN = "refs/heads/main"
SERVICE = b"apiVersion: v1\nkind: Service\nmetadata: {name: %b}\nspec: {ports: [{port: 80}]}\n"


class CountingRepo(FakeGitRepo):
    """A repository that notes which blobs were really read."""

    def __init__(self, remote: FakeRemote) -> None:
        """Start with nothing read."""
        super().__init__(remote)
        self.read: list[BlobId] = []

    def read_blob(self, blob: BlobId) -> bytes:
        """Note the blob and return it."""
        self.read.append(blob)
        return super().read_blob(blob)

    def blob_size_bytes(self, blob: BlobId) -> int:
        """Tell a size without reading."""
        return len(super().read_blob(blob))


@pytest.fixture
def remote() -> FakeRemote:
    """A remote that a test writes to."""
    return FakeRemote()


@pytest.fixture
def repo(remote: FakeRemote) -> CountingRepo:
    """Its mirror."""
    return CountingRepo(remote)


def _entries(repo: FakeGitRepo, commit: CommitId) -> tuple[TreeEntry, ...]:
    repo.fetch(MAIN)
    return tuple(repo.entries(commit))


def test_what_an_earlier_process_parsed_is_not_read(remote: FakeRemote, repo: CountingRepo) -> None:
    """A record gives the same file, and its text is read when a place is asked for."""
    records = MemoryRecords()
    commit = remote.commit({"a.yaml": SERVICE % b"a", "b/a.yaml": SERVICE % b"a"})
    entries = _entries(repo, commit)
    first = FileReader(repo, 1_000, 10_000, records).read(entries, {})
    repo.read.clear()
    again = FileReader(repo, 1_000, 10_000, records).read(entries, {})
    assert again == first
    assert repo.read == []
    parsed = [file.parsed.objects[0] for file in again.values()]
    assert [str(one.positions.at(("spec",))) for one in parsed] == ["a.yaml:4:1", "b/a.yaml:4:1"]
    assert repo.read == [entries[0].blob] * 2


def test_a_record_that_cannot_be_read_is_parsed_again(
    remote: FakeRemote, repo: CountingRepo
) -> None:
    """A broken cache costs time only."""
    records = MemoryRecords()
    entries = _entries(repo, remote.commit({"a.yaml": SERVICE % b"a"}))
    records.put(entries[0].blob, b"nonsense")
    (file,) = FileReader(repo, 1_000, 10_000, records).read(entries, {}).values()
    assert [one.key.name for one in file.parsed.objects] == ["a"]


def test_what_is_known_is_not_read(remote: FakeRemote, repo: CountingRepo) -> None:
    """A commit that touches one of two files reads one blob."""
    files = FileReader(repo, 1_000, 10_000, MemoryRecords())
    first = remote.commit({"a.yaml": SERVICE % b"a", "b.yaml": SERVICE % b"b"})
    before = files.read(_entries(repo, first), {})
    repo.read.clear()
    second = remote.commit({"a.yaml": SERVICE % b"a", "b.yaml": SERVICE % b"c"}, parent=first)
    entries = _entries(repo, second)
    after = files.read(entries, before)
    assert repo.read == [entries[1].blob]
    assert [file.parsed.objects[0].key.name for file in after.values()] == ["a", "c"]


def test_a_moved_file_names_its_new_place(remote: FakeRemote, repo: CountingRepo) -> None:
    """Equal content at two paths is two files, each with its own place."""
    commit = remote.commit({"a.yaml": SERVICE % b"a", "b.yaml": SERVICE % b"a"})
    read = FileReader(repo, 1_000, 10_000, MemoryRecords()).read(_entries(repo, commit), {})
    places = [file.parsed.objects[0].origin.file for file in read.values()]
    assert places == ["a.yaml", "b.yaml"]


def test_a_large_file_is_not_read(remote: FakeRemote, repo: CountingRepo) -> None:
    """The message names file, size and limit, and the other files are read all the same."""
    commit = remote.commit({"a.yaml": b"#" * 201, "b.yaml": SERVICE % b"b"})
    entries = _entries(repo, commit)
    large, small = FileReader(repo, 200, 10_000, MemoryRecords()).read(entries, {}).values()
    assert repo.read == [entries[1].blob]
    (message,) = large.parsed.messages
    assert str(message).startswith("a.yaml:1:1: error PER0401: the file is 201 bytes")
    assert "at most 200" in message.text
    assert len(small.parsed.objects) == 1


def test_a_set_that_is_too_large_as_a_whole_is_not_read(
    remote: FakeRemote, repo: CountingRepo
) -> None:
    """Many files that are fine by themselves cannot fill the memory together."""
    commit = remote.commit({f"{number}.yaml": b"#" * 900 for number in range(4)})
    read = FileReader(repo, 1_000, 3_000, MemoryRecords()).read(_entries(repo, commit), {})
    assert repo.read == []
    assert [path for _, path in read] == ["0.yaml", "1.yaml", "2.yaml", "3.yaml"]
    (message,) = [one for file in read.values() for one in file.parsed.messages]
    assert "3600 bytes together" in message.text


def test_an_lfs_pointer_is_called_by_its_name(remote: FakeRemote, repo: CountingRepo) -> None:
    """A pointer would be odd YAML; the message says what it is and what to do."""
    pointer = b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"
    commit = remote.commit({"a.yaml": pointer})
    (only,) = (
        FileReader(repo, 1_000, 10_000, MemoryRecords()).read(_entries(repo, commit), {}).values()
    )
    assert "Git LFS pointer" in only.parsed.messages[0].text
    assert "commit the file itself" in only.parsed.messages[0].text
