"""Batches of a size that a server gets through in time, whatever its speed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from libs.ports.clock import Clock

T = TypeVar("T")
BATCH_S = 2.0
"""So long a batch should take: a lease gives some seconds and has to be asked again then."""
FIRST_OBJECTS = 50
OBJECTS_MIN = 10
OBJECTS_MAX = 1000


@dataclass(slots=True)
class Batches:
    """Cuts work into batches; how long one took says how large the next is, twice as large at most.

    What is done with a batch before the next is asked for counts as its time.
    """

    clock: Clock
    size: int = FIRST_OBJECTS

    def of(self, work: Sequence[T]) -> Iterator[Sequence[T]]:
        """Yield all of it in order."""
        start = 0
        while start < len(work):
            batch, begun_s = work[start : start + self.size], self.clock.monotonic_s()
            yield batch
            start += len(batch)
            self.size = self._next(len(batch), self.clock.monotonic_s() - begun_s)

    def _next(self, count: int, took_s: float) -> int:
        # A short batch says nothing about whether a longer one would be too long.
        longest = max(self.size, 2 * count)
        fitting = int(count * BATCH_S / took_s) if took_s > 0 else longest
        return max(OBJECTS_MIN, min(OBJECTS_MAX, longest, fitting))
