"""`python -m services.reconciler`: settings from the environment, one sentence on a wrong start."""

import sys

from libs.adapters.system.service import main
from services.reconciler.main import run
from services.reconciler.settings import ReconcilerSettings

if __name__ == "__main__":
    sys.exit(main("reconciler", ReconcilerSettings, run))
