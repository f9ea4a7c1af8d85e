"""Seeded chance: one seed gives one run."""

import random  # noqa: TID251 - seeded, and every run prints its seed
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Dice:
    """Draws from a seed."""

    def __init__(self, seed: int) -> None:
        """Start anew from `seed`."""
        self._random = random.Random(seed)  # noqa: S311 - no secrets here

    def one(self, choices: Sequence[T]) -> T:
        """Draw one of several."""
        return self._random.choice(choices)

    def some(self, choices: Sequence[T], count_max: int) -> list[T]:
        """Draw up to `count_max` different ones."""
        count = self._random.randint(0, min(count_max, len(choices)))
        return self._random.sample(list(choices), count)

    def mixed(self, choices: Sequence[T]) -> list[T]:
        """Return all of them in a random order."""
        return self._random.sample(list(choices), len(choices))

    def chance(self, share: float) -> bool:
        """Say yes in a share of the draws."""
        return self._random.random() < share

    def number(self, low: int, high: int) -> int:
        """Draw a number, both ends possible."""
        return self._random.randint(low, high)
