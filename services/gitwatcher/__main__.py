"""`python -m services.gitwatcher`: settings from the environment, one sentence on a wrong start."""

import sys

from pydantic import ValidationError

from libs.adapters.system.steps import NoSteps
from libs.kernel.looperrors import StalledError, TransientError
from services.gitwatcher.main import run
from services.gitwatcher.settings import GitwatcherSettings


def main() -> int:
    """Return the exit status: 0 stopped, 1 not now, 2 the settings are unusable."""
    try:
        settings = GitwatcherSettings()
    except ValidationError as error:
        for problem in error.errors():
            name = "__".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"PERIPLUS_GITWATCHER_{name}: {problem['msg']}\n")
        return 2
    try:
        run(settings, NoSteps())
    except StalledError as error:
        sys.stderr.write(f"gitwatcher: {error.reason}\n")
        return 2
    except TransientError as error:
        sys.stderr.write(f"gitwatcher: {error.reason}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
