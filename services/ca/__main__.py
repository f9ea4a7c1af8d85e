"""`python -m services.ca`: settings from the environment, one sentence on a wrong start."""

import sys

from libs.adapters.system.service import main
from services.ca.main import run
from services.ca.settings import CaSettings

if __name__ == "__main__":
    sys.exit(main("ca", CaSettings, run))
