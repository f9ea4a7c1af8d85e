"""Where two tables of rules, in which the first that holds decides, decide differently.

A rule is a conjunction of conditions, at most one for each dimension of a call. The values of a
dimension are numbered parts; a condition is the set of the parts for which it holds, as bits.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from libs.matchsets.partition import Effort

Conditions = Mapping[str, int]
"""By dimension; a dimension that is not named may have any value."""

Differs = Callable[[int | None, int | None], bool]
"""Says of a rule of each table whether they decide differently. None is no rule at all."""

_Rules = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """Calls whose value is among these parts in each dimension; the rules that decide them."""

    parts: Conditions
    old: int | None
    new: int | None


@dataclass(frozen=True, slots=True)
class Tables:
    """Two tables over one space. `sizes` has the number of parts of every dimension.

    The dimension `first` is the one that tells most rules apart.
    """

    old: Sequence[Conditions]
    new: Sequence[Conditions]
    sizes: Mapping[str, int]
    first: str


def differences(tables: Tables, differs: Differs, effort: Effort) -> Iterator[Box]:
    """Yield boxes that do not overlap and together hold every call that is decided differently.

    Raises TooLargeError when the budget does not suffice.
    """
    comparison = _Comparison(tables, differs, effort)
    whole = {name: (1 << size) - 1 for name, size in tables.sizes.items()}
    for (old, new), parts in _alike(tables).items():
        yield from comparison.inside({**whole, tables.first: parts}, old, new)


def _alike(tables: Tables) -> Mapping[tuple[_Rules, _Rules], int]:
    """Join the parts of the first dimension for which the same rules are left."""
    old, new = _by_part(tables.old, tables), _by_part(tables.new, tables)
    found: dict[tuple[_Rules, _Rules], int] = {}
    for part in range(tables.sizes[tables.first]):
        key = tuple(old[part]), tuple(new[part])
        found[key] = found.get(key, 0) | 1 << part
    return found


def _by_part(rules: Sequence[Conditions], tables: Tables) -> list[list[int]]:
    """List the rules that may hold for each part, down to the first that always does."""
    size = tables.sizes[tables.first]
    found: list[list[int]] = [[] for _ in range(size)]
    open_ = everything = (1 << size) - 1
    for number, conditions in enumerate(rules):
        left = conditions.get(tables.first, everything) & open_
        if not conditions.keys() - {tables.first}:
            open_ &= ~left
        while left:
            lowest = left & -left
            found[lowest.bit_length() - 1].append(number)
            left ^= lowest
    return found


@dataclass(frozen=True, slots=True)
class _Comparison:
    tables: Tables
    differs: Differs
    effort: Effort

    def inside(self, box: Conditions, old: _Rules, new: _Rules) -> Iterator[Box]:
        """Yield the differences in a box, in which only these rules may hold."""
        self.effort.spend()
        old = _left(self.tables.old, old, box)
        new = _left(self.tables.new, new, box)
        if self._same(box, old, new):
            return
        first = old[0] if old else None, new[0] if new else None
        cut = _open(self.tables.old, first[0], box) or _open(self.tables.new, first[1], box)
        if cut is None:
            if self.differs(*first):
                yield Box(box, *first)
            return
        name, parts = cut
        yield from self.inside({**box, name: box[name] & parts}, old, new)
        yield from self.inside({**box, name: box[name] & ~parts}, old, new)

    def _same(self, box: Conditions, old: _Rules, new: _Rules) -> bool:
        """Say whether rule by rule the same is decided under the same conditions."""
        return len(old) == len(new) and all(
            _within(self.tables.old[one], box) == _within(self.tables.new[other], box)
            and not self.differs(one, other)
            for one, other in zip(old, new, strict=True)
        )


def _left(table: Sequence[Conditions], rules: _Rules, box: Conditions) -> _Rules:
    """Keep the rules that may hold in a box, down to the first that holds in all of it."""
    kept = []
    for number in rules:
        within = _within(table[number], box)
        if all(within.values()):
            kept.append(number)
            if not within:
                break
    return tuple(kept)


def _within(conditions: Conditions, box: Conditions) -> Conditions:
    """Return the conditions that do not hold in all of a box, as far as they are about it."""
    return {name: parts & box[name] for name, parts in conditions.items() if box[name] & ~parts}


def _open(table: Sequence[Conditions], rule: int | None, box: Conditions) -> tuple[str, int] | None:
    """Return a condition of a rule that holds in a part of a box only."""
    within = _within(table[rule], box) if rule is not None else {}
    return next(iter(within.items()), None)
