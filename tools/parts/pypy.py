"""A PyPy for Python 3, as Debian packages it."""

import shutil
from pathlib import Path

from tools.parts.missing import PartMissingError


def program() -> Path:
    """Give the interpreter; PartMissingError when it is not there."""
    found = shutil.which("pypy3")
    if found is None:
        raise PartMissingError("pypy", "install the package pypy3, or run ./dev parts")
    return Path(found)
