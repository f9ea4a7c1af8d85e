"""`./dev wheel`: the wheel that users install, built with this environment and no other."""

import sys
from collections.abc import Sequence

from tools.dev import shell


def main(args: Sequence[str]) -> int:
    """Build into `dist`, or into the folder that is named."""
    folder = args[0] if args else "dist"
    options = ["--no-deps", "--no-build-isolation", "--quiet", "--disable-pip-version-check"]
    return shell.run([sys.executable, "-m", "pip", "wheel", *options, "-w", folder, "."])
