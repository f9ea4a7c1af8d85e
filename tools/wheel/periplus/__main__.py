"""Starts the `periplus` command out of its private import root."""

import importlib
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent / "_root"


def main() -> int:
    """Put the private root first, so that no package of the environment shadows ours, and run."""
    sys.path.insert(0, str(ROOT))
    status: int = importlib.import_module("tools.cli.main").main()
    return status


if __name__ == "__main__":
    sys.exit(main())
