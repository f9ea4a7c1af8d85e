"""Randomness that repeats: the same seed gives the same numbers."""

import random  # noqa: TID251 - seeded, and only here


class SeededRng:
    """`Rng` from a seed, so that a failing run can be run again."""

    def __init__(self, seed: int) -> None:
        """Start the sequence of `seed`."""
        self.seed = seed
        self._random = random.Random(seed)  # noqa: S311 - repeatable on purpose

    def token_hex(self, nbytes: int) -> str:
        """Return the next `nbytes` bytes as lower-case hexadecimal text."""
        return self._random.randbytes(nbytes).hex()

    def uniform(self, low: float, high: float) -> float:
        """Return the next number between `low` and `high`."""
        return self._random.uniform(low, high)
