"""Virtual time: nobody waits, sleeping is what makes time pass."""

import threading

EPOCH_S = 1_700_000_000.0


class FakeClock:
    """`Clock` that moves only when it is told to, or slept on. Safe to use from many threads."""

    def __init__(self, now_s: float = EPOCH_S) -> None:
        """Start at `now_s` seconds since the epoch, with the monotonic time at 0."""
        self._lock = threading.Lock()
        self._wall_s = now_s
        self._monotonic_s = 0.0

    def now_s(self) -> float:
        """Seconds since the epoch."""
        with self._lock:
            return self._wall_s

    def monotonic_s(self) -> float:
        """Seconds that were slept or advanced since the start."""
        with self._lock:
            return self._monotonic_s

    def sleep(self, seconds: float) -> None:
        """Let so many seconds pass, at once."""
        self.advance(max(0.0, seconds))

    def advance(self, seconds: float) -> None:
        """Let time pass. Raises ValueError for less than none."""
        if seconds < 0:
            raise ValueError("time does not pass backwards; use set_wall")
        with self._lock:
            self._wall_s += seconds
            self._monotonic_s += seconds

    def set_wall(self, now_s: float) -> None:
        """Let the wall clock jump, as an administrator or NTP may; monotonic time stays."""
        with self._lock:
            self._wall_s = now_s
