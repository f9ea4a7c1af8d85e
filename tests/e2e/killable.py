"""Runs a service as it ships, except that it is killed right after one named durable step.

Use: `python -m tests.e2e.killable SERVICE STEP`, with the service's settings in the environment.
"""

import os
import signal
import sys
from collections.abc import Callable

from libs.adapters.system.environment import settings_from
from libs.ports.steps import Steps
from services.compiler.main import run as run_compiler
from services.compiler.settings import CompilerSettings
from services.gitwatcher.main import run as run_gitwatcher
from services.gitwatcher.settings import GitwatcherSettings
from services.reconciler.main import run as run_reconciler
from services.reconciler.settings import ReconcilerSettings
from services.xds.main import run as run_xds
from services.xds.settings import XdsSettings


class KillAt:
    """Ends this process without any clean-up as soon as a step is reached."""

    def __init__(self, step: str) -> None:
        """Wait for `step`."""
        self._step = step

    def reached(self, step: str) -> None:
        """Kill at the awaited step; pass by all others."""
        if step == self._step:
            os.kill(os.getpid(), signal.SIGKILL)


SERVICES: dict[str, Callable[[Steps], None]] = {
    "compiler": lambda steps: run_compiler(settings_from(CompilerSettings, os.environ), steps),
    "gitwatcher": lambda steps: run_gitwatcher(_watching(), steps),
    "reconciler": lambda steps: run_reconciler(_reconciling(), steps),
    "xds": lambda steps: run_xds(settings_from(XdsSettings, os.environ), steps),
}


def _watching() -> GitwatcherSettings:
    return settings_from(GitwatcherSettings, os.environ)


def _reconciling() -> ReconcilerSettings:
    return settings_from(ReconcilerSettings, os.environ)


if __name__ == "__main__":
    service, awaited = sys.argv[1:]
    SERVICES[service](KillAt(awaited))
