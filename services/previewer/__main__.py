"""`python -m services.previewer`: settings from the environment, one sentence on a wrong start."""

import sys

from libs.adapters.system.service import main
from services.previewer.main import run
from services.previewer.settings import PreviewerSettings

if __name__ == "__main__":
    sys.exit(main("previewer", PreviewerSettings, run))
