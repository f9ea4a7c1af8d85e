"""One child process with a log file, bounded waits, and an end that cannot be forgotten."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

STOP_TIMEOUT_S = 5.0
POLL_S = 0.02
LOG_TAIL_LINES = 15


class ChildError(Exception):
    """A child did not start, did not do something in time, or ended; the text has its log's end."""


@dataclass(frozen=True, slots=True)
class ChildSpec:
    """What to run. `user` is a system account to run as, which only root can ask for."""

    name: str
    command: Sequence[str]
    log: Path
    extra_env: Mapping[str, str] = field(default_factory=dict)
    user: str | None = None
    stop_signal: signal.Signals = signal.SIGTERM


class Child:
    """A process started from a spec. Started from the main thread, it dies with this process."""

    def __init__(self, spec: ChildSpec) -> None:
        """Start it at once; output goes to the log."""
        self.spec = spec
        with spec.log.open("ab") as log:
            self._process = subprocess.Popen(
                [*_wrapper(spec.user), *spec.command],
                env={**os.environ, **spec.extra_env},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    @property
    def status(self) -> int | None:
        """Exit status, negative for a signal; None while it runs."""
        return self._process.poll()

    def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> None:
        """Ask it to end, kill it after the timeout, return when it is gone. May be repeated."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(self.spec.stop_signal)
        try:
            self._process.wait(timeout_s)
        except subprocess.TimeoutExpired:
            self.kill()

    def kill(self) -> None:
        """End it as a crash would, and wait until it is gone."""
        self._process.kill()
        self._process.wait()

    def wait_until(self, what: str, done: Callable[[], object], timeout_s: float) -> None:
        """Ask `done` until it is true; ChildError when the child ends or time is over before.

        `what` completes the sentence "NAME did not ... within N seconds".
        """
        deadline = time.monotonic() + timeout_s
        while not done():
            self.check()
            if time.monotonic() > deadline:
                raise ChildError(self.said(f"did not {what} within {timeout_s:g} seconds"))
            time.sleep(POLL_S)

    def check(self) -> None:
        """Raise ChildError when the child has ended."""
        status = self._process.poll()
        if status is not None:
            raise ChildError(self.said(f"ended with status {status}"))

    def said(self, what: str) -> str:
        """Give a sentence about the child, followed by the end of its log."""
        lines: list[str] = []
        with contextlib.suppress(OSError):
            text = self.spec.log.read_text(encoding="utf-8", errors="replace")
            lines = text.splitlines()[-LOG_TAIL_LINES:]
        sentence = f"{self.spec.name} {what}."
        return "\n".join([sentence, "The end of its log:", *lines]) if lines else sentence


def _wrapper(user: str | None) -> list[str]:
    """Let the kernel kill the child when we die, and change the account.

    The kernel watches the thread that started it, so only the main thread may ask for the first.
    """
    setpriv = shutil.which("setpriv")
    main = threading.current_thread() is threading.main_thread()
    if setpriv is None:
        if user is not None:
            raise ChildError(f"setpriv is not installed, which is needed to run as {user}.")
        return []
    account = [f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
    death = ["--pdeathsig", "KILL"] if main else []
    return [setpriv, *account, *death] if account or death else []
