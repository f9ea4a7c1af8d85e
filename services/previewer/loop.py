"""The loop: a look at the forge, a pause, and again."""

from dataclasses import dataclass

from libs.adapters.trigger.waker import Wake, Waker
from libs.ports.clock import Clock
from libs.ports.rng import Rng
from services.previewer.onepass import Shop, one_pass

JITTER = 0.1


@dataclass(slots=True)
class Loop:
    """Previews until told to stop."""

    shop: Shop
    waker: Waker
    clock: Clock
    rng: Rng
    poll_s: float
    finished_passes: int = 0
    begun_at_s: float = 0.0

    def run(self) -> None:
        """Look at the forge, then wait for a trigger or the poll. Returns after a stop."""
        wake = Wake()
        while not wake.stop:
            self.begun_at_s = self.clock.monotonic_s()
            wait_s = one_pass(self.shop)
            self.finished_passes += 1
            usual_s = self.poll_s * self.rng.uniform(1 - JITTER, 1 + JITTER)
            wake = self.waker.wait(usual_s if wait_s is None else wait_s)

    def is_alive(self, pass_s_max: float) -> bool:
        """Say whether the current pass began less than so many seconds ago."""
        return self.clock.monotonic_s() - self.begun_at_s < pass_s_max

    def is_ready(self) -> bool:
        """Say whether the forge was looked at once."""
        return self.finished_passes > 0
