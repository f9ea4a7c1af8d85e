"""The real clock."""

import time


class SystemClock:
    """`Clock` of this machine."""

    __slots__ = ()

    def now_s(self) -> float:
        """Seconds since the epoch by the system clock; it may jump."""
        return time.time()  # noqa: TID251 - this is the one place that reads it

    def monotonic_s(self) -> float:
        """Seconds since some fixed point of this boot; they never go back."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Block this thread for so many seconds; none or fewer return at once."""
        if seconds > 0:
            time.sleep(seconds)
