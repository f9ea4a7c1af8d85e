"""A commit's files as objects, set by set."""

import gc

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import CommitId, SetName, SourceName
from libs.kernel.looperrors import StalledError
from libs.kernel.messages import errors
from libs.kernel.revisions import SourceState
from libs.ports.gitrepo import TreeEntry
from services.gitwatcher.files import FileReader
from services.gitwatcher.read import Reader, read
from services.gitwatcher.work import Pass, Source
from tests.e2e.pushes import ROUTE, seed, service

FILES = {path: data for path, data in seed().items() if data is not None}


class HugeRepo(FakeGitRepo):
    """A mirror whose commits have more files than are read."""

    def entries(self, commit: CommitId) -> tuple[TreeEntry, ...]:
        """Refuse, as the adapter does."""
        raise StalledError(f"commit {commit} has more than 7 files")


@pytest.fixture
def remote() -> FakeRemote:
    """An empty remote."""
    return FakeRemote()


def _reader(repo: FakeGitRepo) -> Reader:
    repo.fetch("refs/heads/main")
    return Reader(repo, FileReader(repo, 1_000_000, 10_000_000, MemoryRecords()))


def test_a_fleet_is_read_into_its_sets(remote: FakeRemote) -> None:
    """Every set has its objects, the fleet's own files have theirs, and nothing is in both."""
    commit = remote.commit(FILES)
    candidate = _reader(FakeGitRepo(remote)).commit(commit)
    assert candidate.view is not None
    assert sorted(candidate.sets) == ["clusters/east", "hello", "other"]
    assert [one.key.kind for one in candidate.fleet.objects] == ["Fleet", "Cluster"]
    kinds = [one.key.kind for one in candidate.sets[SetName("hello")].objects]
    assert sorted(kinds) == ["DestinationRule", "Service", "VirtualService"]


def test_an_untouched_set_is_the_same_tree(remote: FakeRemote) -> None:
    """A commit that touches one set leaves the others' trees and objects as they are."""
    first = remote.commit(FILES)
    second = remote.commit({**FILES, "configs/other/more.yaml": service("more")}, parent=first)
    reader = _reader(FakeGitRepo(remote))
    before, after = reader.commit(first).sets, reader.commit(second).sets
    assert after[SetName("hello")].tree == before[SetName("hello")].tree
    assert after[SetName("hello")].objects is before[SetName("hello")].objects
    assert after[SetName("other")].tree != before[SetName("other")].tree


def test_a_broken_file_leaves_the_other_sets_readable(remote: FakeRemote) -> None:
    """The messages of a set are about its files only."""
    commit = remote.commit({**FILES, "configs/hello/route.yaml": ROUTE + b"  bad: [\n"})
    sets = _reader(FakeGitRepo(remote)).commit(commit).sets
    assert len(errors(sets[SetName("hello")].messages)) == 1
    assert sets[SetName("other")].messages == ()


def test_a_broken_fleet_file_leaves_no_sets(remote: FakeRemote) -> None:
    """Without a fleet nobody knows what a set is; the messages say what is wrong."""
    commit = remote.commit({**FILES, "fleet.yaml": b"kind: [\n"})
    candidate = _reader(FakeGitRepo(remote)).commit(commit)
    assert candidate.view is None
    assert candidate.sets == {}
    assert [one.origin.file for one in errors(candidate.fleet.messages)] == ["fleet.yaml"]


def test_a_plain_directory_is_a_fleet_of_one(remote: FakeRemote) -> None:
    """A repository without fleet.yaml has one set and one cluster, stored like any other's."""
    commit = remote.commit({"a.yaml": service("hello")})
    candidate = _reader(FakeGitRepo(remote)).commit(commit)
    assert list(candidate.sets) == ["default"]
    assert [str(one.key) for one in candidate.fleet.objects] == ["Fleet default", "Cluster default"]
    assert candidate.fleet.messages == ()


def test_a_commit_that_is_too_large_is_refused_as_a_whole(remote: FakeRemote) -> None:
    """What nobody will read is a refusal of the commit, not a fault that is tried for ever."""
    head = remote.commit({"a.yaml": b"x"})
    repo = HugeRepo(remote)
    name = SourceName("fleet")
    source = Source(name, "refs/heads/main", repo, FakeStore(), FakeClock(), RecordedSteps())
    work = read(Pass(source, 1.0, SourceState(name, None), head=head), _reader(repo))
    assert work.candidate is not None
    assert work.candidate.view is None
    (message,) = work.candidate.fleet.messages
    assert message.text == f"commit {head} has more than 7 files"


def test_the_collector_runs_again_afterwards(remote: FakeRemote) -> None:
    """Parsing pauses the search for cycles, whatever comes of it."""
    with pytest.raises(StalledError):
        Reader(HugeRepo(remote), FileReader(HugeRepo(remote), 1, 1, MemoryRecords())).commit(
            CommitId("0" * 40)
        )
    assert gc.isenabled()
