"""When to compile: a change after a quiet time at once, a storm of changes together."""

from dataclasses import dataclass


@dataclass(slots=True)
class Debounce:
    """Times on one clock, in seconds; pure, so that a test can let years pass.

    So many compiles may follow one another without a pause, as `burst` says; each counts for
    `gap_s`. Who changes more often waits, never longer than `gap_s`, and what has changed
    meanwhile is compiled with it.
    """

    gap_s: float = 0.1
    burst: int = 20
    _spent_until_s: float = float("-inf")

    def ready_s(self, now_s: float) -> float:
        """Return when a change that is there now may be compiled: `now_s`, or later."""
        return max(now_s, self._spent_until_s - (self.burst - 1) * self.gap_s)

    def compiled(self, now_s: float) -> None:
        """Note that everything which was there is compiled."""
        self._spent_until_s = max(now_s, self._spent_until_s) + self.gap_s
