"""Results that stand until something changes that they were made from.

While a node runs, everything that it reads is noted: a table as a whole, or the keys that it looked
up in one, also those that were not there. At the next compilation a node whose inputs are equal and
whose reads would be answered alike is not run again.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import compress, repeat
from operator import is_not
from typing import Any, Generic, TypeVar

from libs.compile.ledger import ResourceKey
from libs.kernel.origins import ObjectKey

Asked = tuple[str, Hashable]
"""A table and a key that was looked up in it."""
Credit = tuple[ResourceKey, ObjectKey]
Tables = Mapping[str, object]
_SETS_MAX = 12
_T = TypeVar("_T")
_V = TypeVar("_V")
_R = TypeVar("_R")


@dataclass(frozen=True, slots=True)
class Done:
    """A node that ran: its inputs and result, what it and the nodes within it read and noted."""

    inputs: object
    result: Any
    tables: frozenset[str]
    asked: tuple[frozenset[Asked], ...]
    credits: tuple[Credit, ...]
    problems: tuple[str, ...]
    inner: tuple["Done", ...]
    children: Mapping[Hashable, "Done"]

    def every_credit(self) -> Iterator[Credit]:
        """Yield what the node and the nodes within it noted of who made which resource."""
        yield from self.credits
        for one in self.inner:
            yield from one.every_credit()


@dataclass(slots=True)
class Memo:
    """What is kept for one class of proxies between compilations.

    It holds exactly the nodes of the last view that was made, and is empty at first.
    """

    tables: Tables = field(default_factory=dict)
    nodes: Mapping[Hashable, Done] = field(default_factory=dict)


@dataclass(slots=True)
class Frame:
    """A node that is running. `former` are the nodes within it at the last compilation."""

    former: Mapping[Hashable, Done]
    children: dict[Hashable, Done] = field(default_factory=dict)
    tables: set[str] = field(default_factory=set)
    asked: set[Asked] = field(default_factory=set)
    asked_within: list[frozenset[Asked]] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    inner: list[Done] = field(default_factory=list)

    def include(self, key: Hashable, done: Done) -> None:
        """Take over what a node within this one read and noted."""
        self.children[key] = done
        self.inner.append(done)
        self.tables |= done.tables
        self.asked_within += done.asked
        if done.problems:
            self.problems += done.problems

    def finished(self, inputs: object, result: object) -> Done:
        """Return the node as it is kept."""
        return Done(
            inputs,
            result,
            frozenset(self.tables),
            self._all_asked(),
            tuple(self.credits),
            tuple(self.problems),
            tuple(self.inner),
            self.children,
        )

    def _all_asked(self) -> tuple[frozenset[Asked], ...]:
        """Keep a few sets as they are, many small ones as one."""
        parts = [*self.asked_within, frozenset(self.asked)] if self.asked else self.asked_within
        return tuple(parts) if len(parts) <= _SETS_MAX else (frozenset().union(*parts),)


@dataclass(frozen=True, slots=True)
class Change(Generic[_V, _R]):
    """What a group was, and the names of its members that are others now, came or went."""

    folded: _R
    members: Mapping[Any, _V]
    names: Collection[Any]


Fold = Callable[[Mapping[Any, _V], Change[_V, _R] | None], _R]
"""Puts the members of a group together; `Change` is None for a group that was not there before."""


@dataclass(frozen=True, slots=True)
class _Group:
    """The result of a group: its members' results, put together, and who reads what."""

    members: Mapping[Any, Any]
    folded: Any
    readers: Mapping[Hashable, Collection[Any]]


class Run:
    """One compilation over a memo, which it only changes when it is kept."""

    def __init__(self, memo: Memo) -> None:
        """Start with nothing read."""
        self.frame = Frame(memo.nodes)
        self._memo = memo
        self._tables: dict[str, object] = {}
        self._changed: set[str] = set()
        self._changed_keys: set[Asked] = set()

    def table(self, name: str, value: object) -> None:
        """Name what nodes may read; what differs from the last compilation makes them run again."""
        self._tables[name] = value
        former = self._memo.tables.get(name, _ABSENT)
        if former is value or former is _ABSENT:
            return
        if isinstance(value, Mapping) and isinstance(former, Mapping):
            keys = {(name, key) for key in _differing(former, value)}
            self._changed_keys |= keys
            if keys or list(former) != list(value):
                self._changed.add(name)
        elif former != value:
            self._changed.add(name)

    def node(self, key: Hashable, inputs: object, build: Callable[[], _T]) -> _T:
        """Return a node's result, from the last compilation where it still stands."""
        outer = self.frame
        known = self._standing(key, inputs)
        if known is not None:
            outer.include(key, known)
            found: _T = known.result
            return found
        known = outer.former.get(key)
        self.frame = Frame(known.children if known is not None else {})
        try:
            result = build()
            if known is not None and _alike(known.result, result):
                result = known.result
            outer.include(key, self.frame.finished(inputs, result))
        finally:
            self.frame = outer
        return result

    def group(
        self,
        key: Hashable,
        items: Mapping[Any, _T],
        build: Callable[[_T], _V],
        fold: Fold[_V, _R],
    ) -> _R:
        """Return nodes of one sort, one for each item, put together.

        Those to run are found by what they read: the cost is that of what changed, not of all.
        """
        outer, known = self.frame, self.frame.former.get(key)
        stale = self._stale(known, items) if known is not None else list(items)
        if known is not None and not stale and list(known.children) == list(items):
            outer.include(key, known)
            kept: _R = known.result.folded
            return kept
        former: Mapping[Any, Done] = known.children if known is not None else {}
        children = dict(former)
        for name in stale:
            if name in items:
                children[name] = self._member(former.get(name), items[name], build)
            else:
                del children[name]
        if list(children) != list(items):
            children = {name: children[name] for name in items}
        done, folded = _grouped(known, items, children, stale, fold)
        outer.include(key, done)
        return folded

    def _member(self, known: Done | None, item: _T, build: Callable[[_T], _V]) -> Done:
        outer = self.frame
        self.frame = Frame(known.children if known is not None else {})
        try:
            result = build(item)
            if known is not None and _alike(known.result, result):
                result = known.result
            return self.frame.finished(item, result)
        finally:
            self.frame = outer

    def _stale(self, known: Done, items: Mapping[Any, object]) -> list[Any]:
        """Return the names of items that differ, and of members that would read something else."""
        found: dict[Any, None] = {}
        if known.inputs is not items and isinstance(known.inputs, Mapping):
            found |= dict.fromkeys(_differing(known.inputs, items))
        if not self._reads_the_same(known):
            for read in (*self._changed, *self._changed_keys):
                found |= dict.fromkeys(known.result.readers.get(read, ()))
        return list(found)

    def keep(self) -> None:
        """Put this compilation's nodes into the memo in place of those before.

        A table that nobody named this time was made by a node that did not run: it is the former.
        """
        self._memo.tables = {**self._memo.tables, **self._tables}
        self._memo.nodes = self.frame.children

    def credits(self) -> Iterator[Credit]:
        """Yield what was noted of who made which resource."""
        for one in self.frame.inner:
            yield from one.every_credit()

    def _standing(self, key: Hashable, inputs: object) -> Done | None:
        """Return a node that ran in this compilation, or that read nothing which changed."""
        ran = self.frame.children.get(key)
        if ran is not None and ran.inputs == inputs:
            return ran
        known = self.frame.former.get(key)
        if known is None or known.inputs != inputs:
            return None
        return known if self._reads_the_same(known) else None

    def _reads_the_same(self, known: Done) -> bool:
        return known.tables.isdisjoint(self._changed) and all(
            asked.isdisjoint(self._changed_keys) for asked in known.asked
        )


def _grouped(
    known: Done | None,
    items: Mapping[Any, Any],
    children: Mapping[Any, Done],
    stale: Collection[Any],
    fold: Fold[Any, _R],
) -> tuple[Done, _R]:
    """Put a group together, from what it was where most of it stays."""
    change, members = None, {name: one.result for name, one in children.items()}
    if known is not None:
        change = Change(known.result.folded, known.result.members, stale)
    folded = fold(members, change)
    if known is not None and _alike(known.result.folded, folded):
        folded = known.result.folded
    if known is not None and all(_reads_alike(name, known.children, children) for name in stale):
        readers, tables, asked = known.result.readers, known.tables, known.asked
    else:
        readers = _readers(children)
        tables = frozenset(read for read in readers if isinstance(read, str))
        asked = (frozenset(read for read in readers if isinstance(read, tuple)),)
    problems = tuple(said for one in children.values() if one.problems for said in one.problems)
    result = _Group(members, folded, readers)
    inner = tuple(children.values())
    return Done(items, result, tables, asked, (), problems, inner, children), folded


def _alike(former: object, now: object) -> bool:
    """Say whether a result is the former one again; mappings have an order, which is part of it."""
    if isinstance(former, Mapping) and isinstance(now, Mapping):
        return former == now and list(former) == list(now)
    return former == now


def _reads_alike(name: Hashable, former: Mapping[Any, Done], now: Mapping[Any, Done]) -> bool:
    one, other = former.get(name), now.get(name)
    if one is None or other is None:
        return False
    return one.tables == other.tables and one.asked == other.asked


def _readers(children: Mapping[Any, Done]) -> Mapping[Hashable, Collection[Any]]:
    found: dict[Hashable, list[Hashable]] = {}
    for name, one in children.items():
        for table in one.tables:
            found.setdefault(table, []).append(name)
        for asked in one.asked:
            for read in asked:
                found.setdefault(read, []).append(name)
    return found


def _differing(former: Mapping[Any, object], value: Mapping[Any, object]) -> Iterator[Hashable]:
    """Yield the keys whose values came, went or are others; what is the same object is skipped."""
    before = map(former.get, value, repeat(_ABSENT))
    for key in compress(value, map(is_not, before, value.values())):
        if former.get(key, _ABSENT) != value[key]:
            yield key
    yield from former.keys() - value.keys()


_ABSENT = object()
