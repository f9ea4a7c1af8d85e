"""The demo from beginning to end."""

import asyncio
import contextlib
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console

from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.kernel.ids import CommitId
from tools.child.process import ChildError
from tools.demo import stay
from tools.demo.display import Display
from tools.demo.figures import Figures, StepFigures, json_line, table
from tools.demo.fleet import Fleet, fleet_running
from tools.demo.load import Load
from tools.demo.memory import Memory, memory_below
from tools.demo.repository import GitError
from tools.demo.steps import canary_pushes, read_steps
from tools.demo.story import ArrivalError, Story
from tools.demo.tally import Tally
from tools.sidewheels.fetch import FetchError

START_TIMEOUT_S = 60.0
SOAK_S = 1.0
PUSH_SOAK_S = 0.1
PLAIN_WIDTH = 120


@dataclass(frozen=True, slots=True)
class DemoOptions:
    """What a user may choose. `pushes` further commits follow the story; `as_json`: no table.

    `up_options` are further options of `periplus up`.
    """

    once: bool = False
    pushes: int = 0
    as_json: bool = False
    up_options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """How the story went. `failure` says what did not arrive."""

    steps: Sequence[StepFigures]
    pushes: Sequence[StepFigures]
    memory: Memory
    failure: str | None


def run(options: DemoOptions) -> int:
    """Live through the story. Exit status 0 only when every step arrived and nothing failed."""
    try:
        return asyncio.run(_run(options))
    except (ArrivalError, ChildError, FetchError, GitError, OSError) as error:
        print(f"periplus demo: {error}", file=sys.stderr)
        return 1


async def _run(options: DemoOptions) -> int:
    """Run until done, or until a signal comes; everything is stopped before this returns."""
    task = asyncio.ensure_future(_live(options))
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return 1


async def _live(options: DemoOptions) -> int:
    """Start a fleet, tell the story, print what was measured, and stay when that is wanted."""
    display, tally, clock = Display(), Tally(), SystemClock()
    display.say("Starting Periplus, the programs of Bookinfo and an Envoy for each of them")
    with fleet_running(options.up_options) as fleet:
        store = open_store(fleet.store_url)
        story = Story(fleet.repository, store, tally, clock, display, fleet.proxies, fleet.check)
        load = Load(fleet.clusters, tally, clock)
        with display.running():
            await _ready(fleet, story)
            async with load.running():
                told = await _tell(fleet, story, options.pushes)
        figures = Figures(told.steps, told.pushes, tally.requests, tally.failed, told.memory)
        _print(figures, options)
        _say_faults(told.failure, fleet, tally)
        if options.once or not figures.good:
            return 0 if figures.good else 1
        display.say(stay.invitation(fleet))
        async with load.running():
            with contextlib.suppress(asyncio.CancelledError):  # Ctrl-C is how it should end
                await stay.follow(story)
    return 0


async def _ready(fleet: Fleet, story: Story) -> None:
    """Wait until the programs answer and every Envoy is live on the first commit."""
    commit = CommitId(fleet.repository.head())
    try:
        await story.arrived(commit, START_TIMEOUT_S)
    except ArrivalError as error:
        raise ArrivalError(fleet.control_plane.said(f"is not ready: {error}")) from error
    programs = fleet.programs
    programs.wait_until(
        "get ready", lambda: "ready" in programs.spec.log.read_text(), START_TIMEOUT_S
    )


async def _tell(fleet: Fleet, story: Story, pushes: int) -> Told:
    """Tell the story and push what was asked for beyond it, until something does not arrive."""
    steps = read_steps()
    waiting = [(step, SOAK_S) for step in steps]
    waiting += [(step, PUSH_SOAK_S) for step in canary_pushes(steps, pushes)]
    told: list[StepFigures] = []
    failure: str | None = None
    for step, soak_s in waiting:
        figures, failure = await story.tell(step, soak_s)
        told.append(figures)
        if failure is not None:
            break
    memory = memory_below(fleet.control_plane.pid)
    return Told(told[: len(steps)], told[len(steps) :], memory, failure)


def _print(figures: Figures, options: DemoOptions) -> None:
    """Print the table for people and, as the last line, JSON for programs."""
    if not options.as_json:
        width = None if sys.stdout.isatty() else PLAIN_WIDTH
        Console(width=width, highlight=False).print(table([*figures.steps, *figures.pushes]))
    if options.once or options.as_json:
        print(json_line(figures), flush=True)


def _say_faults(failure: str | None, fleet: Fleet, tally: Tally) -> None:
    """Say what went wrong, if anything did."""
    for fault in tally.faults:
        print(f"failed request: {fault}", file=sys.stderr)
    if failure is not None:
        print(fleet.control_plane.said(f"did not finish. {failure}"), file=sys.stderr)
