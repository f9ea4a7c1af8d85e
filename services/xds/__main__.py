"""`python -m services.xds`: settings from the environment, one sentence on a wrong start."""

import sys

from libs.adapters.system.service import main
from services.xds.main import run
from services.xds.settings import XdsSettings

if __name__ == "__main__":
    sys.exit(main("xds", XdsSettings, run))
