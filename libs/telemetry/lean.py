"""Leaves out what a library would load for comfort that a service has no use for."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def absent(name: str) -> Iterator[None]:
    """Let imports inside the block find no package `name`, unless it is loaded already."""
    hidden = name not in sys.modules
    if hidden:
        sys.modules[name] = None  # type: ignore[assignment]  # Python's sign for "not to be found"
    try:
        yield
    finally:
        if hidden:
            del sys.modules[name]
