"""Durable steps as a parameter: a service says which step it has just made durable.

In production nothing listens. A test listens, and kills the process there.
"""

from typing import Protocol


class Steps(Protocol):
    """Told of every named durable step right after it has become durable."""

    def reached(self, step: str) -> None:
        """Note that `step` is done."""
        ...
