"""How often the loop looks, and how it ends."""

import threading
from dataclasses import dataclass

import pytest

from libs.adapters.trigger.waker import Waker
from libs.fakes.clock import FakeClock
from libs.fakes.gitrepo import FakeGitRepo, FakeRemote
from libs.fakes.records import MemoryRecords
from libs.fakes.rng import SeededRng
from libs.fakes.steps import RecordedSteps
from libs.fakes.store import FakeStore
from libs.kernel.ids import SourceName
from libs.kernel.revisions import SourceState
from services.gitwatcher.files import FileReader
from services.gitwatcher.loop import JITTER, PAUSE_S_MAX, Loop
from services.gitwatcher.onepass import Outcome
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Pass, Source
from tests.e2e.pushes import seed


@dataclass
class Setting:
    """A loop with everything that it touches."""

    loop: Loop
    clock: FakeClock
    remote: FakeRemote
    store: FakeStore


@pytest.fixture
def setting() -> Setting:
    """A loop over a remote with one good commit."""
    remote, store, clock = FakeRemote(), FakeStore(), FakeClock()
    remote.commit({path: data for path, data in seed().items() if data is not None})
    repo = FakeGitRepo(remote)
    source = Source(SourceName("fleet"), "refs/heads/main", repo, store, clock, RecordedSteps())
    reader = Reader(repo, FileReader(repo, 1_000_000, 10_000_000, MemoryRecords()))
    return Setting(Loop(source, reader, Waker(), SeededRng(1), 2.0), clock, remote, store)


def _outcome(loop: Loop, fault: str | None, *, retry: bool = False) -> Outcome:
    work = Pass(loop.source, 0.0, SourceState(loop.source.name, None))
    return Outcome(work, fault, retry)


def test_without_faults_the_poll_is_kept(setting: Setting) -> None:
    """The pause varies by a tenth, so that many watchers do not ask in step."""
    pauses = [setting.loop.pause_s(_outcome(setting.loop, None)) for _ in range(50)]
    assert len(set(pauses)) > 10
    assert all(2.0 * (1 - JITTER) <= pause <= 2.0 * (1 + JITTER) for pause in pauses)


@pytest.mark.parametrize("retry", [True, False])
def test_faults_back_off(setting: Setting, retry: bool) -> None:  # noqa: FBT001 (a case of the table)
    """Each fault in a row waits longer, up to a limit that no number of faults exceeds."""
    pauses = []
    for setting.loop.faults in (1, 2, 4, 8, 500):
        pauses.append(setting.loop.pause_s(_outcome(setting.loop, "away", retry=retry)))
    assert pauses == sorted(pauses)
    assert pauses[0] <= 2.0 * (1 + JITTER)
    assert pauses[-1] <= PAUSE_S_MAX * (1 + JITTER)
    assert pauses[-1] > PAUSE_S_MAX / 2


def test_a_slow_poll_is_not_hurried_by_faults(setting: Setting) -> None:
    """Back-off never asks a remote more rarely than its poll, nor beyond it."""
    setting.loop.poll_s, setting.loop.faults = 600.0, 500
    assert setting.loop.pause_s(_outcome(setting.loop, "away")) == pytest.approx(600.0, rel=JITTER)


def test_a_trigger_is_worked_on_and_a_stop_ends(setting: Setting) -> None:
    """The loop runs at once, again for a trigger, and returns when told to."""
    loop = setting.loop
    loop.poll_s = 60.0
    thread = threading.Thread(target=loop.run)
    thread.start()
    token = setting.store.wait_for_change("0", 10)
    while len(setting.store.targets()) < 1:
        token = setting.store.wait_for_change(token, 10)
    first = setting.store.newest_revision()
    assert first is not None
    files = {path: data for path, data in seed().items() if data is not None}
    files["configs/other/service.yaml"] += b"# more\n"
    second = setting.remote.commit(files, parent=first.commit)
    loop.waker.trigger(setting.clock.now_s())
    newest = first
    while newest.commit != second:
        token = setting.store.wait_for_change(token, 10)
        newest = setting.store.newest_revision() or first
    loop.waker.stop()
    thread.join(10)
    assert not thread.is_alive()
    assert loop.is_ready()


def test_a_pass_that_never_ends_is_not_alive(setting: Setting) -> None:
    """A supervisor may end a process that hangs; an idle one is alive."""
    setting.loop.begun_at_s = setting.clock.monotonic_s()
    setting.clock.advance(9.0)
    assert setting.loop.is_alive(10.0)
    setting.clock.advance(2.0)
    assert not setting.loop.is_alive(10.0)


def test_a_watcher_that_reached_nothing_is_not_ready(setting: Setting) -> None:
    """Ready means that remote and Store have answered at least once."""
    assert not setting.loop.is_ready()
