"""The loop: a pass, a pause, and again, at its own pace whatever wakes it."""

from dataclasses import dataclass

from libs.adapters.trigger.waker import Wake, Waker
from libs.ports.rng import Rng
from services.gitwatcher.onepass import Outcome, one_pass
from services.gitwatcher.read import Reader
from services.gitwatcher.work import Source

RETRY_S_MIN = 0.2
PAUSE_S_MAX = 30.0
"""Longest pause that back-off leads to, unless the poll itself is slower."""
JITTER = 0.1
_DOUBLINGS_MAX = 16


@dataclass(slots=True)
class Loop:
    """Watches one source until told to stop."""

    source: Source
    reader: Reader
    waker: Waker
    rng: Rng
    poll_s: float
    finished_passes: int = 0
    begun_at_s: float = 0.0
    faults: int = 0

    def run(self) -> None:
        """Look at the source, then wait for a trigger or the poll. Returns after a stop."""
        wake, afresh = Wake(), True
        while not wake.stop:
            self.begun_at_s = self.source.clock.monotonic_s()
            outcome = one_pass(self.source, self.reader, wake.noticed_at_s, afresh=afresh)
            afresh = afresh and outcome.fault is not None
            self.finished_passes += outcome.fault is None
            self.faults = 0 if outcome.fault is None else self.faults + 1
            wake = self.waker.wait(self.pause_s(outcome))

    def pause_s(self, outcome: Outcome) -> float:
        """Seconds to wait after a pass: the poll, or back-off while there is a fault."""
        factor = self.rng.uniform(1 - JITTER, 1 + JITTER)
        if outcome.fault is None:
            return self.poll_s * factor
        first_s = RETRY_S_MIN if outcome.retry else self.poll_s
        doubled_s = first_s * 2 ** min(self.faults - 1, _DOUBLINGS_MAX)
        return float(min(doubled_s, max(PAUSE_S_MAX, self.poll_s)) * factor)

    def is_alive(self, pass_s_max: float) -> bool:
        """Say whether the current pass began less than so many seconds ago."""
        return self.source.clock.monotonic_s() - self.begun_at_s < pass_s_max

    def is_ready(self) -> bool:
        """Say whether remote and Store have both been reached at least once."""
        return self.finished_passes > 0
