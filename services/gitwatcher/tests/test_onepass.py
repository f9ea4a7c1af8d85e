"""Passes over a fleet in memory: what one leads to, what faults do, what a kill leaves."""

from dataclasses import dataclass, field

import pytest

from libs.fakes.clock import FakeClock
from libs.fakes.faultystore import FaultyStore
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, CommitId, SourceName
from libs.kernel.looperrors import StalledError, TransientError
from libs.kernel.revisions import SourceState
from libs.ports.steps import Steps
from libs.ports.store import StaleGenerationError, Store
from services.gitwatcher import steps as names
from services.gitwatcher.files import FileReader
from services.gitwatcher.onepass import Outcome, one_pass
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Source
from tests.e2e.pushes import ROUTE, seed

NAME = SourceName("fleet")
FILES = {path: data for path, data in seed().items() if data is not None}


class KilledError(Exception):
    """Stands for SIGKILL: nothing of ours may catch it."""


@dataclass(slots=True)
class KillAt:
    """`Steps` that ends the process at one step."""

    step: str

    def reached(self, step: str) -> None:
        """Die at the step."""
        if step == self.step:
            raise KilledError(step)


@dataclass(slots=True)
class World:
    """What survives a process: the remote, the mirror and the Store."""

    remote: FakeRemote = field(default_factory=FakeRemote)
    store: FakeStore = field(default_factory=FakeStore)
    clock: FakeClock = field(default_factory=FakeClock)
    repo: FakeGitRepo = field(init=False)

    def __post_init__(self) -> None:
        """Give the mirror its remote."""
        self.repo = FakeGitRepo(self.remote)

    def look(
        self, steps: Steps | None = None, store: Store | None = None, *, afresh: bool = False
    ) -> Outcome:
        """Let a process that has just started look once."""
        source = Source(
            NAME,
            "refs/heads/main",
            self.repo,
            store or self.store,
            self.clock,
            steps or RecordedSteps(),
        )
        reader = Reader(self.repo, FileReader(self.repo, 1_000_000, 10_000_000, MemoryRecords()))
        return one_pass(source, reader, afresh=afresh)

    def state(self) -> SourceState:
        """What is recorded of the source."""
        found = self.store.source(NAME)
        assert found is not None
        return found


@pytest.fixture
def world() -> World:
    """A remote with one good commit that nobody has looked at."""
    made = World()
    made.remote.commit(FILES)
    return made


def test_a_good_commit_reaches_every_cluster_in_one_pass(world: World) -> None:
    """From push to target nothing else has to happen, and the steps come in their order."""
    steps = RecordedSteps()
    assert world.look(steps).fault is None
    newest = world.store.newest_revision()
    assert newest is not None
    target = world.store.targets()[ClusterName("east")]
    assert (target.revision, target.generation) == (newest.id, 1)
    assert steps.names == list(names.ALL)


def test_a_second_look_changes_nothing(world: World) -> None:
    """An idle poll writes nothing at all."""
    world.look()
    token = world.store.change_token()
    assert world.look(afresh=True).fault is None
    assert world.store.change_token() == token


@pytest.mark.parametrize("step", names.ALL)
@pytest.mark.parametrize("first", [True, False], ids=["first commit", "later commit"])
def test_a_kill_at_any_step_is_made_up_for(world: World, step: str, first: bool) -> None:  # noqa: FBT001 (a case of the table)
    """The next process ends where an undisturbed one would have ended."""
    undisturbed = World()
    undisturbed.remote.commit(FILES)
    for one in (world, undisturbed):
        if not first:
            one.look()
            parent = one.remote.refs["refs/heads/main"]
            one.remote.commit(
                {**FILES, "configs/hello/route.yaml": ROUTE + b"# x\n"}, parent=parent
            )
    with pytest.raises(KilledError):
        world.look(KillAt(step))
    assert world.look(afresh=True).fault is None
    undisturbed.look()
    assert world.store.targets() == undisturbed.store.targets()
    assert [one.id for one in world.store.revisions(9)] == [
        one.id for one in undisturbed.store.revisions(9)
    ]
    assert world.state() == undisturbed.state()


def test_an_interrupted_move_waits_for_no_remote(world: World) -> None:
    """A revision that was stored gets its targets also while the remote is away."""
    with pytest.raises(KilledError):
        world.look(KillAt(names.REVISION_STORED))
    world.remote.vanish()
    outcome = world.look()
    assert outcome.fault is not None
    newest = world.store.newest_revision()
    assert newest is not None
    assert world.store.targets()[ClusterName("east")].revision == newest.id


def test_a_fault_is_recorded_once_and_ends(world: World) -> None:
    """While the remote is away the record says so, without being written at every poll."""
    world.look()
    head = world.state().head
    world.remote.gone = True
    outcome = world.look()
    assert outcome.fault == world.state().fault
    assert not outcome.retry
    token = world.store.change_token()
    world.look()
    assert world.store.change_token() == token
    world.remote.gone = False
    world.look()
    assert world.state() == SourceState(NAME, head)


@pytest.mark.parametrize(
    ("error", "retry"),
    [
        pytest.param(TransientError("the database is away"), True, id="database away"),
        pytest.param(StalledError("the disk is full"), False, id="disk full"),
        pytest.param(StaleGenerationError("overtaken"), True, id="overtaken by another writer"),
    ],
)
def test_a_store_that_fails_ends_the_pass_and_no_more(
    world: World,
    error: Exception,
    retry: bool,  # noqa: FBT001 (a case of the table)
) -> None:
    """The outcome says whether to come back soon; the next pass does the whole work."""

    def fail(method: str) -> None:
        if method == "accept":
            raise error

    outcome = world.look(store=FaultyStore(world.store, before=fail))
    assert outcome.fault is not None
    assert outcome.retry is retry
    assert world.store.newest_revision() is None
    assert world.look().fault is None
    assert world.store.newest_revision() is not None


@pytest.mark.parametrize("method", ["add_contents", "accept", "move_targets"])
def test_a_lost_reply_of_the_store_does_no_harm(world: World, method: str) -> None:
    """A write that happened although its writer was told otherwise is found by the next pass."""
    lost: list[str] = []

    def lose(called: str) -> None:
        if called == method and not lost:
            lost.append(called)
            raise TransientError("the reply was lost")

    assert world.look(store=FaultyStore(world.store, after=lose)).retry
    assert world.look().fault is None
    (newest,) = world.store.revisions(9)
    target = world.store.targets()[ClusterName("east")]
    assert (target.revision, target.generation) == (newest.id, 1)
    assert world.state() == SourceState(NAME, newest.commit)


def test_a_refused_commit_is_judged_again_by_a_new_process(world: World) -> None:
    """Whoever changes a limit or a rule restarts, and need not push for it to count."""
    head = world.remote.refs["refs/heads/main"]
    bad = world.remote.commit({**FILES, "configs/hello/route.yaml": b"bad: [\n"}, parent=head)
    world.look()
    assert [refusal.commit for refusal in world.state().refusals] == [bad]
    assert world.look().work.head is None
    assert world.look(afresh=True).work.head == bad


def test_an_accepted_commit_is_held_alive(world: World) -> None:
    """After a rewrite of history and garbage collection the last good state can still be judged."""
    world.look()
    good = world.remote.refs["refs/heads/main"]
    world.remote.commit({**FILES, "configs/hello/route.yaml": b"bad: [\n"})
    world.look()
    world.repo.collect_garbage()
    assert world.repo.commit(good).id == good
    assert world.repo.commit(CommitId(world.remote.refs["refs/heads/main"])).subject == "a change"
