"""How many requests a server gets at once: as many as it bears, found out as TCP does.

An API server says with 429 that the share of a client is used up. Then the number in flight is
halved and nothing is sent until the time that it names; every answer makes room for a little more.
"""

from dataclasses import dataclass

IN_FLIGHT_MAX = 32.0
IN_FLIGHT_MIN = 1.0
ROOM = 0.05
"""What an answer adds to the number in flight: every refusal costs a pause, so they must be few."""
PAUSE_S = 1.0
"""Pause after a refusal that names no time."""
PAUSE_S_MAX = 60.0
"""Longest pause that a server is believed."""


@dataclass(slots=True)
class Pace:
    """What one server bears now. Times are seconds of a monotonic clock."""

    limit: float = IN_FLIGHT_MAX
    in_flight: int = 0
    paused_until_s: float = 0.0

    def delay_s(self, now_s: float) -> float | None:
        """Return how long to wait before a request: 0 for not at all, None for until one ends."""
        if now_s < self.paused_until_s:
            return self.paused_until_s - now_s
        return 0.0 if self.in_flight < int(self.limit) else None

    def sent(self) -> None:
        """Count a request."""
        self.in_flight += 1

    def answered(self) -> None:
        """Take the end of a request as a sign that there is room for more."""
        self.in_flight -= 1
        self.limit = min(IN_FLIGHT_MAX, self.limit + ROOM)

    def throttled(self, now_s: float, retry_after_s: float | None) -> float:
        """Take a 429; return the pause in seconds."""
        self.in_flight -= 1
        pause_s = min(PAUSE_S_MAX, PAUSE_S if retry_after_s is None else max(0.0, retry_after_s))
        if now_s >= self.paused_until_s:
            # Those that were in flight together say the same thing; it counts once.
            self.limit = max(IN_FLIGHT_MIN, self.limit / 2)
        self.paused_until_s = max(self.paused_until_s, now_s + pause_s)
        return pause_s
