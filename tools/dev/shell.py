"""Runs programs in the checkout, with the environment's own folder first on the path."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def environment() -> dict[str, str]:
    """Give the variables that every child gets: ours, and the checkout as the import root."""
    return {
        **os.environ,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(ROOT),
    }


def run(command: Sequence[str]) -> int:
    """Run a program to its end in the checkout, output passed through; give its exit status."""
    return subprocess.run(command, cwd=ROOT, env=environment(), check=False).returncode


def python(*args: str) -> int:
    """Run the environment's Python."""
    return run([sys.executable, *args])
