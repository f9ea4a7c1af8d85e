"""`python -m services.rollout`: settings from the environment, one sentence on a wrong start."""

import sys

from libs.adapters.system.service import main
from services.rollout.main import run
from services.rollout.settings import RolloutSettings

if __name__ == "__main__":
    sys.exit(main("rollout", RolloutSettings, run))
