"""What is remembered of one set from commit to commit."""

from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.kernel.ids import BlobId
from libs.ports.gitrepo import TreeEntry
from services.gitwatcher.files import FileReader
from services.gitwatcher.versions import VERSIONS_MAX, Version, Versions

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


class History:
    """One set of two files whose second file changes from version to version."""

    def __init__(self) -> None:
        """Start with nothing read."""
        self.remote = FakeRemote()
        self.repo = CountingRepo(self.remote)
        self.versions = Versions(FileReader(self.repo, 1_000, 10_000, MemoryRecords()))

    def entries(self, number: int) -> tuple[TreeEntry, ...]:
        """Return the files of one version."""
        commit = self.remote.commit({"a.yaml": SERVICE % b"a", "b.yaml": SERVICE % b"b%d" % number})
        self.repo.fetch("refs/heads/main")
        return tuple(self.repo.entries(commit))

    def at(self, number: int) -> Version:
        """Read one version."""
        return self.versions.at(self.entries(number))


def test_a_new_version_reads_what_changed() -> None:
    """The first version reads both files, each later one reads one."""
    history = History()
    for number in range(20):
        history.at(number)
    assert len(history.repo.read) == 2 + 19


def test_going_back_reads_nothing() -> None:
    """Reverting a commit gives the objects that were there before, the very same."""
    history = History()
    first = history.at(1)
    history.at(2)
    history.repo.read.clear()
    assert history.at(1) is first
    assert history.repo.read == []


def test_only_the_last_versions_are_held() -> None:
    """Memory does not grow with the number of commits; an old version is made from records."""
    history = History()
    first = history.at(0)
    for number in range(1, VERSIONS_MAX + 1):
        history.at(number)
    history.repo.read.clear()
    again = history.at(0)
    assert again is not first
    assert again.objects == first.objects
    assert history.repo.read == []


def test_a_version_that_is_in_use_is_held() -> None:
    """A set that runs at an old tree while its author keeps failing is not parsed at every try."""
    history = History()
    running = history.entries(0)
    first = history.versions.at(running)
    for number in range(1, 3 * VERSIONS_MAX):
        history.at(number)
        assert history.versions.at(running) is first
