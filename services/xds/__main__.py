"""Starts a frontend with the settings of its environment."""

import sys

from libs.adapters.system.steps import NoSteps
from libs.kernel.looperrors import StalledError
from services.xds.main import run
from services.xds.settings import XdsSettings


def main() -> int:
    """Run; exit status 2 and one sentence when a setting is unusable."""
    try:
        run(XdsSettings(), NoSteps())
    except StalledError as error:
        sys.stderr.write(f"periplus xds: {error.reason}\n")
        return 2
    return 0


sys.exit(main())
