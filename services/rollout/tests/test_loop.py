"""The loop goes on whatever the Store does."""

from libs.fakes.clock import FakeClock
from libs.fakes.store import FakeStore
from libs.kernel.looperrors import TransientError
from libs.rollout.result import Wait, WaitKind
from services.rollout.loop import RETRY_S, Loop


def test_a_store_that_is_away_is_asked_again() -> None:
    """After a pause; a stop ends the loop after the pass."""
    clock, passes = FakeClock(), []

    def one_pass() -> Wait:
        passes.append(clock.monotonic_s())
        if len(passes) == 1:
            raise TransientError("the store is away")
        loop.stop()
        return Wait(WaitKind.NOTHING, "all is well")

    loop = Loop(one_pass, FakeStore(), clock, 0.0)
    loop.run()
    assert passes == [0.0, RETRY_S]
