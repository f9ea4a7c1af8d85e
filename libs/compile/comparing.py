"""Which keys of two tables differ, found without a look at what is the same object in both."""

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass
from itertools import compress, repeat
from operator import is_not
from typing import Any, Final

from libs.kernel.tables import Table

ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Compared:
    """The keys whose values came, went or are others, and whether two tables differ at all.

    Mappings have an order, which is part of them. What is no mapping has no keys.
    """

    keys: Collection[Hashable]
    differ: bool


class Comparing:
    """Compares tables; two that several compilations compare are compared once."""

    def __init__(self) -> None:
        """Start with nothing compared."""
        self._known: dict[tuple[int, int], tuple[object, object, Compared]] = {}

    def of(self, former: object, value: object) -> Compared:
        """Return how two tables differ; both are kept, so that no other can be taken for them."""
        at = (id(former), id(value))
        if at not in self._known:
            self._known[at] = (former, value, compared(former, value))
        return self._known[at][2]


def compared(former: object, value: object) -> Compared:
    """Return how two tables differ."""
    if not (isinstance(value, Mapping) and isinstance(former, Mapping)):
        return Compared((), former != value)
    keys = tuple(_differing(former, value))
    return Compared(keys, bool(keys) or list(former) != list(value))


def _differing(former: Mapping[Any, object], value: Mapping[Any, object]) -> Iterator[Hashable]:
    known = value.since(former) if isinstance(value, Table) else None
    if known is None:
        return _found(former, value)
    return (key for key in known if former.get(key, ABSENT) != value.get(key, ABSENT))


def _found(former: Mapping[Any, object], value: Mapping[Any, object]) -> Iterator[Hashable]:
    """Yield the keys; those that went are only looked for where not as many came as there are."""
    came = 0
    before = map(former.get, value, repeat(ABSENT))
    for key in compress(value, map(is_not, before, value.values())):
        known = former.get(key, ABSENT)
        came += known is ABSENT
        if known != value[key]:
            yield key
    if len(former) + came != len(value):
        yield from former.keys() - value.keys()
