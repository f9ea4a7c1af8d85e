"""`python -m tools.crds`: our own kinds, or with `--all-kinds` all that are not built in."""

import sys

from tools.crds.command import crds

if __name__ == "__main__":
    sys.exit(crds(all_kinds="--all-kinds" in sys.argv[1:]))
