"""Lives through the steps: edit, commit, push, wait until it is live and seen, rest a moment."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass

from libs.kernel.ids import CommitId
from libs.kernel.looperrors import TransientError
from libs.ports.clock import Clock
from libs.ports.store import Store
from tools.demo.display import Display
from tools.demo.figures import StepFigures
from tools.demo.live import Progress, progress
from tools.demo.repository import Repository
from tools.demo.steps import Step
from tools.demo.tally import Tally

LIVE_TIMEOUT_S = 20.0
SEEN_TIMEOUT_S = 10.0
LOOK_S = 0.02


class ArrivalError(Exception):
    """A commit was refused or did not become live; the text says how far it came."""


@dataclass(frozen=True, slots=True)
class Story:
    """What the steps need. `wanted` proxies have to follow; `alive` raises when a part ended."""

    repository: Repository
    store: Store
    tally: Tally
    clock: Clock
    display: Display
    wanted: int
    alive: Callable[[], None]

    async def tell(self, step: Step, soak_s: float) -> tuple[StepFigures, str | None]:
        """Push a step, wait for it, rest `soak_s`; return figures and what went wrong, if any."""
        self.display.say(f"{step.name}: {step.changed}")
        commit = await asyncio.to_thread(self.repository.commit, step.changed, step.files)
        self.tally.begin(step.expectation)
        pushed_s, pushed_at_s = self.clock.monotonic_s(), self.clock.now_s()
        await self.repository.push()
        acked_at_s, failure = await self._followed(step, CommitId(commit))
        await asyncio.sleep(soak_s)
        counts = self.tally.counts
        figures = StepFigures(
            step.name,
            step.changed,
            _ms(acked_at_s, pushed_at_s),
            _ms(counts.seen_at_s, pushed_s),
            counts.requests,
            counts.failed,
        )
        self.display.done(figures)
        return figures, failure

    async def arrived(self, commit: CommitId, timeout_s: float = LIVE_TIMEOUT_S) -> Progress:
        """Wait until a commit is live everywhere. Raises ArrivalError when it does not come."""
        deadline_s = self.clock.monotonic_s() + timeout_s
        token, seen = "", Progress(0, self.wanted)
        while True:
            self.alive()
            token, seen = self._look(commit, token) or (token, seen)
            if seen.refusal is not None:
                raise ArrivalError(f"The commit was refused:\n{seen.refusal}")
            if seen.is_live:
                return seen
            if self.clock.monotonic_s() > deadline_s:
                raise ArrivalError(
                    f"After {timeout_s:.0f} s the commit is live on {seen.live} of"
                    f" {seen.wanted} proxies."
                )
            await asyncio.sleep(LOOK_S)

    def _look(self, commit: CommitId, token: str) -> tuple[str, Progress] | None:
        """Look at the Store when it has changed since `token`; None when there is nothing new.

        Asking for the token alone leaves the machine to those who are measured. A Store that is
        busy now says nothing.
        """
        try:
            now = self.store.change_token()
            if now == token:
                return None
            newest, proxies = self.store.newest_revision(), self.store.proxies()
            return now, progress(commit, self.wanted, newest, proxies, self.store.sources())
        except TransientError:
            return None

    async def _followed(self, step: Step, commit: CommitId) -> tuple[float | None, str | None]:
        """Wait for a pushed commit; return the time of its last ACK and what went wrong."""
        try:
            arrival = await self.arrived(commit)
            self.tally.settle(self.clock.monotonic_s())
            await self._seen(step)
        except ArrivalError as error:
            return None, f"{step.name}: {error}"
        return arrival.acked_at_s, None

    async def _seen(self, step: Step) -> None:
        """Wait until a request has met what only this step gives, where one can."""
        deadline_s = self.clock.monotonic_s() + SEEN_TIMEOUT_S
        while self.tally.is_observable and self.tally.counts.seen_at_s is None:
            if self.clock.monotonic_s() > deadline_s:
                raise ArrivalError(f"{step.name} is live, but no request has shown it")
            await asyncio.sleep(LOOK_S)


def _ms(at_s: float | None, since_s: float) -> float | None:
    """Return a moment as milliseconds since another."""
    return None if at_s is None else round((at_s - since_s) * 1000, 1)
