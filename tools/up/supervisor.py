"""Keeps child processes running: starts them, restarts them with back-off, stops them in order."""

import ctypes
import os
import signal
import subprocess
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from libs.ports.clock import Clock

RESTART_DELAY_S_MIN = 0.1
RESTART_DELAY_S_MAX = 10.0
STEADY_AFTER_S = 30.0
"""A child that ran this long starts its back-off anew."""
STOP_S_MAX = 5.0
POLL_S = 0.05
_PR_SET_PDEATHSIG = 1


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """One process: its name, its command and what is added to the environment."""

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str]


@dataclass(slots=True)
class Child:
    """A child and its running process, if any."""

    spec: ChildSpec
    process: subprocess.Popen[bytes] | None = None
    started_s: float = 0.0
    restart_at_s: float = 0.0
    delay_s: float = RESTART_DELAY_S_MIN


@dataclass(slots=True)
class Supervisor:
    """Runs children until told to stop. `log` gets an event name and its fields."""

    specs: Sequence[ChildSpec]
    clock: Clock
    log: Callable[..., object]
    children: list[Child] = field(default_factory=list)
    stopping: bool = False

    def run(self) -> None:
        """Start all children and keep them running until `stop` is called."""
        self.children = [Child(spec) for spec in self.specs]
        try:
            while not self.stopping:
                for child in self.children:
                    self._tend(child)
                self.clock.sleep(POLL_S)
        finally:
            self._stop_all()

    def stop(self) -> None:
        """Ask `run` to end; safe in a signal handler."""
        self.stopping = True

    def _tend(self, child: Child) -> None:
        """Start a child that is due, notice one that ended."""
        now_s = self.clock.monotonic_s()
        if child.process is None:
            if now_s >= child.restart_at_s:
                child.process, child.started_s = _start(child.spec), now_s
                self.log("child started", child=child.spec.name, pid=child.process.pid)
            return
        status = child.process.poll()
        if status is None:
            return
        steady = now_s - child.started_s >= STEADY_AFTER_S
        child.delay_s = (
            RESTART_DELAY_S_MIN if steady else min(child.delay_s * 2, RESTART_DELAY_S_MAX)
        )
        child.restart_at_s, child.process = now_s + child.delay_s, None
        self.log("child ended", child=child.spec.name, status=status, restart_in_s=child.delay_s)

    def _stop_all(self) -> None:
        """Terminate the last started first; kill what does not end in time."""
        for child in reversed(self.children):
            if child.process is not None:
                child.process.terminate()
        deadline_s = self.clock.monotonic_s() + STOP_S_MAX
        for child in reversed(self.children):
            if child.process is not None:
                _wait_or_kill(child.process, max(0.0, deadline_s - self.clock.monotonic_s()))


def _start(spec: ChildSpec) -> subprocess.Popen[bytes]:
    """Start a child that dies with its parent, whatever kills the parent."""
    return subprocess.Popen(
        spec.argv,
        env={**os.environ, **spec.env},
        stdin=subprocess.DEVNULL,
        preexec_fn=_die_with_parent,  # noqa: PLW1509 - the parent has no other thread
    )


def _die_with_parent() -> None:
    """Ask the kernel for SIGTERM when the parent is gone; other systems go without."""
    libc = ctypes.CDLL(None, use_errno=True)
    if hasattr(libc, "prctl"):
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _wait_or_kill(process: subprocess.Popen[bytes], timeout_s: float) -> None:
    """Wait for a terminated child; kill it when it does not end."""
    try:
        process.wait(timeout_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
