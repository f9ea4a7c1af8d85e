"""`python -m services.xds`: settings from the environment, one sentence on a wrong start."""

import sys

from pydantic import ValidationError

from libs.adapters.system.steps import NoSteps
from libs.kernel.looperrors import StalledError
from services.xds.main import run
from services.xds.settings import XdsSettings


def main() -> int:
    """Return the exit status: 0 stopped, 2 a setting is unusable."""
    try:
        settings = XdsSettings()
    except ValidationError as error:
        for problem in error.errors():
            name = "__".join(str(part) for part in problem["loc"]).upper()
            sys.stderr.write(f"PERIPLUS_XDS_{name}: {problem['msg']}\n")
        return 2
    try:
        run(settings, NoSteps())
    except StalledError as error:
        sys.stderr.write(f"xds: {error.reason}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
