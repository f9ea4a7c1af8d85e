"""Randomness as a parameter."""

from typing import Protocol


class Rng(Protocol):
    """Source of random numbers."""

    def token_hex(self, nbytes: int) -> str:
        """Return `nbytes` random bytes as hexadecimal text."""
        ...

    def uniform(self, low: float, high: float) -> float:
        """Return a number between `low` and `high`, for jitter."""
        ...
