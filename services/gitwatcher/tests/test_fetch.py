"""Fetching the commit that was noticed."""

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import CommitId, SourceName
from libs.kernel.looperrors import TransientError
from libs.kernel.revisions import SourceState
from services.gitwatcher import steps
from services.gitwatcher.fetch import fetch
from services.gitwatcher.work import Pass, Source

NAME = SourceName("fleet")
REF = "refs/heads/main"


def _pass(remote: FakeRemote, before: CommitId | None, head: CommitId | None) -> Pass:
    repo = FakeGitRepo(remote)
    source = Source(NAME, REF, repo, FakeStore(), FakeClock(), RecordedSteps())
    return Pass(source, 1.0, SourceState(NAME, before), head=head)


def test_without_a_new_commit_nothing_is_fetched() -> None:
    """A poll that found nothing does not touch the mirror."""
    work = _pass(FakeRemote(), None, None)
    assert fetch(work) is work


def test_the_newest_commit_is_worked_on() -> None:
    """A branch that moved on since it was noticed gives its newest commit."""
    remote = FakeRemote()
    first = remote.commit({"a.yaml": b"1"})
    second = remote.commit({"a.yaml": b"2"}, parent=first)
    work = fetch(_pass(remote, None, first))
    assert work.head == second
    assert isinstance(work.source.steps, RecordedSteps)
    assert work.source.steps.names == [steps.FETCHED]


def test_a_successor_is_no_rewritten_history() -> None:
    """The usual push adds to what was there."""
    remote = FakeRemote()
    first = remote.commit({"a.yaml": b"1"})
    second = remote.commit({"a.yaml": b"2"}, parent=first)
    assert not fetch(_pass(remote, first, second)).rewritten


def test_unrelated_history_is_noticed() -> None:
    """A head that does not descend from the last one came by force."""
    remote = FakeRemote()
    first = remote.commit({"a.yaml": b"1"})
    second = remote.commit({"a.yaml": b"2"})
    assert fetch(_pass(remote, first, second)).rewritten


def test_a_branch_that_goes_away_meanwhile_is_tried_again() -> None:
    """Between question and fetch anything may happen; the next look decides."""
    remote = FakeRemote()
    commit = remote.commit({"a.yaml": b"1"})
    remote.delete(REF)
    with pytest.raises(TransientError, match="went away"):
        fetch(_pass(remote, None, commit))
