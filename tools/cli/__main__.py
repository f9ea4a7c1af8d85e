"""`python -m tools.cli` is `periplus`."""

import sys

from tools.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
