"""Runs a service as it ships, except that it is killed right after one named durable step.

Use: `python -m tests.e2e.killable SERVICE STEP`, with the service's settings in the environment.
"""

import importlib
import os
import signal
import sys


class KillAt:
    """Ends this process without any clean-up as soon as a step is reached."""

    def __init__(self, step: str) -> None:
        """Wait for `step`."""
        self._step = step

    def reached(self, step: str) -> None:
        """Kill at the awaited step; pass by all others."""
        if step == self._step:
            os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    service, awaited = sys.argv[1:]
    importlib.import_module(f"services.{service}.main").main(KillAt(awaited))
