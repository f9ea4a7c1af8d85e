"""Time as a parameter."""

from typing import Protocol


class Clock(Protocol):
    """Reads wall time and monotonic time, and waits."""

    def now_s(self) -> float:
        """Seconds since the epoch, for records; it may jump."""
        ...

    def monotonic_s(self) -> float:
        """Seconds that never go back, for durations."""
        ...

    def sleep(self, seconds: float) -> None:
        """Wait for so many seconds."""
        ...
