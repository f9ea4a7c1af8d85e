"""When a commit is worked on, and when not."""

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import CommitId, RevisionId, SetName, SourceName, TreeHash
from libs.kernel.looperrors import StalledError
from libs.kernel.revisions import Manifest, Refusal, Revision, SourceState
from services.gitwatcher.notice import notice, recall
from services.gitwatcher.work import Pass, Source

NAME = SourceName("fleet")


@pytest.fixture
def remote() -> FakeRemote:
    """A remote with one commit."""
    made = FakeRemote()
    made.commit({"a.yaml": b"x"})
    return made


def _source(remote: FakeRemote, store: FakeStore) -> Source:
    return Source(NAME, "refs/heads/main", FakeGitRepo(remote), store, FakeClock(), RecordedSteps())


def _revision(source: SourceName) -> Revision:
    return Revision(RevisionId("r1"), None, 1, source, CommitId("c" * 40), TreeHash("t"), (), "1")


def _accept(store: FakeStore, source: SourceName) -> None:
    store.add_contents((), [Manifest(TreeHash("t"), ())])
    store.accept(_revision(source), SourceState(source, CommitId("c" * 40)))


def _pass(source: Source, *, afresh: bool = False) -> Pass:
    return recall(Pass(source, 1.0, SourceState(NAME, None), afresh=afresh))


def test_a_first_commit_opens_a_trace(remote: FakeRemote) -> None:
    """A head that was never worked on is the pass's work."""
    work = notice(_pass(_source(remote, FakeStore())))
    assert work.head == remote.refs["refs/heads/main"]
    assert work.root is not None


def test_a_known_head_is_no_work(remote: FakeRemote) -> None:
    """The same commit is judged once, also when it was refused."""
    store, head = FakeStore(), remote.refs["refs/heads/main"]
    store.record_source(SourceState(NAME, head, (Refusal(NAME, SetName("a"), head, ()),)))
    work = notice(_pass(_source(remote, store)))
    assert work.head is None
    assert work.root is None


def test_a_refused_head_is_judged_again_after_a_start(remote: FakeRemote) -> None:
    """A new process may have other rules or settings; what was accepted is not touched again."""
    store, head = FakeStore(), remote.refs["refs/heads/main"]
    store.record_source(SourceState(NAME, head, (Refusal(NAME, SetName("a"), head, ()),)))
    assert notice(_pass(_source(remote, store), afresh=True)).head == head
    store.record_source(SourceState(NAME, head))
    assert notice(_pass(_source(remote, store), afresh=True)).head is None


def test_a_fault_ends_when_the_remote_is_back(remote: FakeRemote) -> None:
    """The record of a source does not go on about what is over."""
    store, head = FakeStore(), remote.refs["refs/heads/main"]
    store.record_source(SourceState(NAME, head, fault="away"))
    notice(_pass(_source(remote, store)))
    assert store.source(NAME) == SourceState(NAME, head)


def test_an_empty_repository_says_what_to_do() -> None:
    """Before the first push there is no branch, and nothing to keep."""
    with pytest.raises(StalledError, match="no branch `main`; push a commit"):
        notice(_pass(_source(FakeRemote(), FakeStore())))


def test_a_vanished_branch_says_what_stays(remote: FakeRemote) -> None:
    """After a revision a missing branch is a fault that names the commit that goes on."""
    store = FakeStore()
    _accept(store, NAME)
    remote.delete("refs/heads/main")
    with pytest.raises(StalledError, match="everything stays at commit cccccccccccc "):
        notice(_pass(_source(remote, store)))


def test_the_store_of_another_source_is_left_alone(remote: FakeRemote) -> None:
    """Two repositories that took turns in one store would undo each other."""
    store = FakeStore()
    _accept(store, SourceName("else"))
    with pytest.raises(StalledError, match="holds revisions of source `else`, not of `fleet`"):
        _pass(_source(remote, store))
