"""`python -m services.compiler`: settings from the environment, one sentence on a wrong start."""

import sys

from libs.adapters.system.service import main
from services.compiler.main import run
from services.compiler.settings import CompilerSettings

if __name__ == "__main__":
    sys.exit(main("compiler", CompilerSettings, run))
