"""`python -m tools.tidy [--fix]`."""

import sys

from tools.tidy.main import main

sys.exit(main(sys.argv[1:]))
