"""Runs a service as it ships, except that it is killed right after one named durable step.

Use: `python -m tests.e2e.killable SERVICE STEP`, with the service's settings in the environment.
"""

import importlib
import os
import signal
import sys

from libs.adapters.system.environment import settings_from

SERVICES = {
    "compiler": "CompilerSettings",
    "gitwatcher": "GitwatcherSettings",
    "reconciler": "ReconcilerSettings",
    "rollout": "RolloutSettings",
    "xds": "XdsSettings",
}
"""Services by the name of their settings; only the one that runs is imported."""


class KillAt:
    """Ends this process without any clean-up as soon as a step is reached."""

    def __init__(self, step: str) -> None:
        """Wait for `step`."""
        self._step = step

    def reached(self, step: str) -> None:
        """Kill at the awaited step; pass by all others."""
        if step == self._step:
            os.kill(os.getpid(), signal.SIGKILL)


def run(service: str, step: str) -> None:
    """Run a service until it is killed at the step, or ends."""
    package = f"services.{service}"
    settings = getattr(importlib.import_module(f"{package}.settings"), SERVICES[service])
    found = settings_from(settings, os.environ)
    importlib.import_module(f"{package}.main").run(found, KillAt(step))


if __name__ == "__main__":
    run(*sys.argv[1:])
