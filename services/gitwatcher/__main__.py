"""`python -m services.gitwatcher`: settings from the environment, one sentence on a wrong start."""

import sys

from libs.adapters.system.service import main
from services.gitwatcher.main import run
from services.gitwatcher.settings import GitwatcherSettings

if __name__ == "__main__":
    sys.exit(main("gitwatcher", GitwatcherSettings, run))
