"""Lives through the steps: edit, commit, push, wait until it is live and seen, rest a moment."""

import asyncio
from collections.abc import Callable, Sequence
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

    async def tell(self, steps: Sequence[Step], soak_s: float) -> list[StepFigures]:
        """Push step after step. Raises ArrivalError when one does not arrive."""
        figures = []
        for step in steps:
            figures.append(await self._step(step, soak_s))
            self.display.done(figures[-1])
        return figures

    async def arrived(self, commit: CommitId, timeout_s: float = LIVE_TIMEOUT_S) -> Progress:
        """Wait until a commit is live everywhere. Raises ArrivalError when it does not come."""
        deadline_s = self.clock.monotonic_s() + timeout_s
        while True:
            self.alive()
            seen = self._look(commit)
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

    def _look(self, commit: CommitId) -> Progress:
        """Ask the Store once; a Store that is busy now says nothing."""
        try:
            return progress(
                commit,
                self.wanted,
                self.store.newest_revision(),
                self.store.proxies(),
                self.store.sources(),
            )
        except TransientError:
            return Progress(0, self.wanted)

    async def _step(self, step: Step, soak_s: float) -> StepFigures:
        """Push one step and measure from the moment in which `git push` starts."""
        self.display.say(f"{step.name}: {step.changed}")
        commit = self.repository.commit(step.changed, step.files)
        self.tally.begin(step.expectation)
        pushed_s, pushed_at_s = self.clock.monotonic_s(), self.clock.now_s()
        await self.repository.push()
        arrival = await self.arrived(CommitId(commit))
        self.tally.settle(self.clock.monotonic_s())
        await self._seen(step)
        await asyncio.sleep(soak_s)
        counts = self.tally.counts
        return StepFigures(
            step.name,
            step.changed,
            _ms(arrival.acked_at_s, pushed_at_s),
            _ms(counts.seen_at_s, pushed_s),
            counts.requests,
            counts.failed,
        )

    async def _seen(self, step: Step) -> None:
        """Wait until a request has met what only this step gives, where one can."""
        deadline_s = self.clock.monotonic_s() + SEEN_TIMEOUT_S
        while self.tally.is_observable and self.tally.counts.seen_at_s is None:
            if self.clock.monotonic_s() > deadline_s:
                raise ArrivalError(f"{step.name} is live, but no request has shown it.")
            await asyncio.sleep(LOOK_S)


def _ms(at_s: float | None, since_s: float) -> float | None:
    """Return a moment as milliseconds since another."""
    return None if at_s is None else round((at_s - since_s) * 1000, 1)
