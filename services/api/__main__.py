"""`python -m services.api`: settings from the environment, one sentence on a wrong start."""

import sys

from libs.adapters.system.service import main
from services.api.main import run
from services.api.settings import ApiSettings

if __name__ == "__main__":
    sys.exit(main("api", ApiSettings, run))
