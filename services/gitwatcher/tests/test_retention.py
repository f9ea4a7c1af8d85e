"""Old revisions go, and nothing that is still named goes with them."""

from dataclasses import replace

from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, CommitId, RevisionId, SetName, SourceName, TreeHash
from libs.kernel.revisions import AcceptedSet, Manifest, Revision, SourceState, Target
from services.gitwatcher.retention import EVERY, expire
from services.gitwatcher.work import Pass, Source

NAME = SourceName("fleet")
KEEP = 5


class HoldingRepo(FakeGitRepo):
    """A repository of which a test sees what it holds alive."""

    @property
    def held(self) -> set[CommitId]:
        """Commits that are held."""
        return self._kept


def _history(length: int, target_at: int | None = None) -> tuple[HoldingRepo, Pass]:
    """Accept so many revisions, the first of which stays named by a set for ever."""
    remote, store = FakeRemote(), FakeStore()
    repo = HoldingRepo(remote)
    store.add_contents((), [Manifest(TreeHash("t"), ())])
    newest: Revision | None = None
    commit: CommitId | None = None
    first: CommitId | None = None
    for number in range(1, length + 1):
        commit = remote.commit({"a.yaml": b"%d" % number}, parent=commit)
        first = first or commit
        repo.fetch("refs/heads/main")
        repo.keep(commit)
        revision = Revision(
            RevisionId(f"r{number}"),
            newest.id if newest else None,
            number,
            NAME,
            commit,
            TreeHash("t"),
            (AcceptedSet(SetName("a"), NAME, first, TreeHash("t")),),
            "1",
        )
        store.accept(revision, SourceState(NAME, commit))
        newest = revision
        if number == target_at:
            store.move_targets([Target(ClusterName("east"), revision.id, 1)])
    source = Source(NAME, "refs/heads/main", repo, store, FakeClock(), RecordedSteps(), KEEP)
    return repo, Pass(source, 1.0, SourceState(NAME, commit), newest=newest, head=commit)


def _kept(work: Pass) -> list[str]:
    return [revision.id for revision in work.source.store.revisions(1_000)]


def test_old_revisions_and_their_commits_go() -> None:
    """So many revisions as are kept remain, and the mirror holds the commits of those."""
    repo, work = _history(EVERY)
    expire(work)
    assert _kept(work) == [f"r{number}" for number in range(EVERY, EVERY - KEEP, -1)]
    named = {revision.commit for revision in work.source.store.revisions(1_000)}
    assert repo.held >= named


def test_a_commit_that_a_set_still_runs_is_held() -> None:
    """A set that has been refused since the first commit can still be judged against it."""
    repo, work = _history(EVERY)
    expire(work)
    (accepted,) = work.source.store.revisions(1)[0].sets
    assert accepted.commit in repo.held
    assert len(repo.held) == KEEP + 1


def test_what_a_target_names_stays() -> None:
    """A cluster that waits at an old revision keeps it, and its commit."""
    repo, work = _history(EVERY, target_at=3)
    expire(work)
    assert _kept(work)[-1] == "r3"
    revision = work.source.store.revision(RevisionId("r3"))
    assert revision is not None
    assert revision.commit in repo.held


def test_between_times_nothing_is_read() -> None:
    """Expiry runs once in so many generations, and never for a pass without a commit."""
    repo, work = _history(EVERY + 1)
    expire(work)
    assert len(_kept(work)) == EVERY + 1
    repo, work = _history(EVERY)
    expire(replace(work, head=None))
    assert len(_kept(work)) == EVERY
    assert len(repo.held) == EVERY
