"""`./dev check` and `./dev fix`: everything that can be said about the code without running it."""

import sys
from collections.abc import Sequence

from tools.dev import shell

CHECKS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("format", ("ruff", "format", "--check", "--quiet", ".")),
    ("lint", ("ruff", "check", "--quiet", ".")),
    ("types", ("mypy", ".")),
    ("imports", ("lint-imports", "--no-logo")),
    ("tidy", (sys.executable, "-m", "tools.tidy")),
)

FIXES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("lint", ("ruff", "check", "--fix", "--quiet", ".")),
    ("format", ("ruff", "format", "--quiet", ".")),
    ("tidy", (sys.executable, "-m", "tools.tidy", "--fix")),
)


def run_all(steps: Sequence[tuple[str, tuple[str, ...]]]) -> int:
    """Run every step, also after a failure; 1 when one of them failed."""
    failed = [name for name, command in steps if not _passes(name, command)]
    print(f"failed: {', '.join(failed)}" if failed else "all fine")
    return 1 if failed else 0


def _passes(name: str, command: tuple[str, ...]) -> bool:
    print(f"-- {name}", flush=True)
    return shell.run(command) == 0
