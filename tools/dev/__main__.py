"""`python -m tools.dev COMMAND [ARGS]`."""

import sys

from tools.dev.main import main

sys.exit(main(sys.argv[1:]))
