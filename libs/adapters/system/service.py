"""How every service begins and ends as a process."""

import sys
from collections.abc import Callable
from typing import TypeVar

from pydantic import ValidationError
from pydantic_settings import BaseSettings

from libs.adapters.system.steps import NoSteps
from libs.kernel.looperrors import StalledError, TransientError
from libs.ports.steps import Steps

Settings = TypeVar("Settings", bound=BaseSettings)


def main(name: str, settings_type: type[Settings], run: Callable[[Settings, Steps], None]) -> int:
    """Run a service with the settings of its environment; return the exit status.

    0 it was stopped; 1 it cannot run now, and a restart may help; 2 its settings are unusable, and
    one sentence on stderr names what to change.
    """
    try:
        settings = settings_type()
    except ValidationError as error:
        prefix = settings_type.model_config.get("env_prefix", "")
        for problem in error.errors():
            variable = prefix + "__".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"{name}: {variable}: {problem['msg']}\n")
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
