"""Background processes of the demo that end with it, even when it is killed."""

import shutil
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

POLL_S = 0.02
STOP_S_MAX = 10.0
LOG_TAIL_LINES = 15


class ProcessError(Exception):
    """A process of the demo ended or did not get ready; the text has the end of its log."""


class Background:
    """One process whose output goes to a log file; a context manager that stops it."""

    def __init__(self, name: str, argv: Sequence[str], log: Path, env: Mapping[str, str]) -> None:
        """Start it. The kernel ends it when this process dies, where `setpriv` is installed."""
        self._name, self._log = name, log
        setpriv = shutil.which("setpriv")
        guard = [setpriv, "--pdeathsig", "TERM"] if setpriv else []
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [*guard, *argv],
                env=dict(env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                start_new_session=True,  # Ctrl-C is for the demo, which then stops its processes
            )

    @property
    def pid(self) -> int:
        """Process id."""
        return self._process.pid

    def wait_for(self, line: str, timeout_s: float) -> None:
        """Wait until it has printed `line`. Raises ProcessError when it ends or takes too long."""
        deadline_s = time.monotonic() + timeout_s
        while line not in self._log.read_text(errors="replace").splitlines():
            self.check()
            if time.monotonic() > deadline_s:
                raise ProcessError(
                    f"{self._name} is not ready after {timeout_s:.0f} s:\n{self.tail()}"
                )
            time.sleep(POLL_S)

    def check(self) -> None:
        """Raise ProcessError when it has ended."""
        if self._process.poll() is not None:
            status = self._process.returncode
            raise ProcessError(f"{self._name} ended with status {status}:\n{self.tail()}")

    def tail(self) -> str:
        """Return the end of the output."""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])

    def stop(self) -> None:
        """Terminate it, kill it when it does not end in time. May be repeated."""
        self._process.terminate()
        try:
            self._process.wait(STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
