"""How every service begins and ends as a process."""

import os
import sys
from collections.abc import Callable
from typing import TypeVar

from libs.adapters.system.environment import SettingsError, settings_from
from libs.adapters.system.steps import NoSteps
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.steps import Steps

Settings = TypeVar("Settings")


def main(name: str, settings_type: type[Settings], run: Callable[[Settings, Steps], None]) -> int:
    """Run a service with the settings of its environment; return the exit status.

    0 it was stopped; 1 it cannot run now, and a restart may help; 2 its settings are unusable, and
    one sentence on stderr names what to change.
    """
    try:
        settings = settings_from(settings_type, os.environ)
    except SettingsError as error:
        for problem in error.problems:
            sys.stderr.write(f"{name}: {problem}\n")
        return 2
    try:
        run(settings, NoSteps())
    except StalledError as error:
        sys.stderr.write(f"{name}: {error.reason}\n")
        return 2
    except TransientError as error:
        sys.stderr.write(f"{name}: {error.reason}\n")
        return 1
    return 0
