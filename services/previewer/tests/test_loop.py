"""The loop around one look."""

from collections.abc import Sequence
from pathlib import Path

from libs.adapters.trigger.waker import Waker
from libs.fakes.clock import FakeClock
from libs.fakes.forge import FakeForge
from libs.fakes.rng import SeededRng
from libs.kernel.pullrequests import PullRequest
from services.previewer.loop import Loop
from services.previewer.onepass import Shop
from services.previewer.tests.places import shop_of
from tools.gitremote.remote import GitRemote


class _StopAtThirdLook(FakeForge):
    """A forge that stops the loop when it is asked for the third time."""

    def __init__(self, waker: Waker) -> None:
        super().__init__()
        self.waker = waker
        self.looks = 0

    def open_requests(self) -> Sequence[PullRequest]:
        self.looks += 1
        if self.looks == 3:
            self.waker.stop()
        else:
            self.waker.trigger(0.0)
        return super().open_requests()


def _shop(forge: FakeForge, folder: Path) -> Shop:
    return shop_of(forge, GitRemote(folder / "remote.git"), folder)


def test_a_trigger_is_a_look_at_once_and_a_stop_ends(tmp_path: Path) -> None:
    """Nobody waits for the poll, which here would take an hour."""
    waker = Waker()
    forge = _StopAtThirdLook(waker)
    loop = Loop(_shop(forge, tmp_path), waker, FakeClock(), SeededRng(1), poll_s=3_600)
    assert not loop.is_ready()
    loop.run()
    assert forge.looks == loop.finished_passes == 3
    assert loop.is_ready()


def test_a_look_that_takes_too_long_is_no_life(tmp_path: Path) -> None:
    """A supervisor may restart it."""
    clock = FakeClock()
    loop = Loop(_shop(FakeForge(), tmp_path), Waker(), clock, SeededRng(1), poll_s=60)
    assert loop.is_alive(10)
    clock.advance(11)
    assert not loop.is_alive(10)
