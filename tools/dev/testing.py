"""`./dev test`: pytest, the whole of it in as many processes as there are processors."""

import os
from collections.abc import Sequence

from tools.dev import shell

# A file stays in one process: its module's fixtures, and addresses that only it uses, are its own.
_SPREAD = ("--dist", "loadfile", "--numprocesses")


def main(args: Sequence[str]) -> int:
    """Run pytest with these arguments, spread over processors where they name no tests."""
    return shell.python("-m", "pytest", *spread(args, os.cpu_count() or 1), *args)


def spread(args: Sequence[str], processors: int) -> tuple[str, ...]:
    """Return pytest's arguments that spread a whole run over processors; none for a named part."""
    named = any(not arg.startswith("-") or arg.startswith(("-n", "-p")) for arg in args)
    return () if named or processors == 1 else (*_SPREAD, str(processors))
