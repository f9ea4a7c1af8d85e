"""What wakes the loop."""

import signal
import threading
import time

from libs.adapters.trigger.waker import Wake, Waker


def test_without_a_trigger_time_wakes() -> None:
    """The poll comes even when nobody says anything."""
    assert Waker().wait(0.01) == Wake()


def test_many_triggers_are_one_wake_since_the_first() -> None:
    """A storm of triggers costs one pass, whose trace begins at the first of them."""
    waker = Waker()
    for at_s in (3.0, 1.0, 2.0):
        waker.trigger(at_s)
    assert waker.wait(5) == Wake(noticed_at_s=1.0)
    assert waker.wait(0.01) == Wake()


def test_a_stop_is_not_lost_among_triggers() -> None:
    """A process that is told to end ends, however busy it is."""
    waker = Waker()
    waker.trigger(1.0)
    waker.stop()
    waker.trigger(2.0)
    assert waker.wait(5).stop


def test_a_signal_handler_may_stop_a_waiting_loop() -> None:
    """The handler runs in the waiting thread itself and must not lock it up."""
    waker = Waker()
    before = signal.signal(signal.SIGUSR1, lambda *_: waker.stop())
    try:
        main = threading.main_thread().ident or 0
        timer = threading.Timer(0.05, signal.pthread_kill, [main, signal.SIGUSR1])
        begin_s = time.monotonic()
        timer.start()
        assert waker.wait(10).stop
        assert time.monotonic() - begin_s < 5
    finally:
        signal.signal(signal.SIGUSR1, before)
