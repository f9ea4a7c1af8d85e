"""Results that stand until something changes that they were made from.

While a node runs, everything that it reads is noted: a table as a whole, or the keys that it looked
up in one, also those that were not there. At the next compilation a node whose inputs are equal and
whose reads would be answered alike is not run again.
"""

from collections.abc import Callable, Collection, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Generic, TypeVar

from libs.compile.comparing import ABSENT, Comparing, compared
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
    """A node that ran: its inputs and result, what it and the nodes within it read and noted.

    `made` are the tables that it made for the nodes within it.
    """

    inputs: object
    result: Any
    tables: frozenset[str]
    asked: tuple[frozenset[Asked], ...]
    credits: tuple[Credit, ...]
    problems: tuple[str, ...]
    inner: tuple["Done", ...]
    children: Mapping[Hashable, "Done"]
    made: Tables

    def every_credit(self) -> Iterator[Credit]:
        """Yield what the node and the nodes within it noted of who made which resource."""
        yield from self.credits
        for one in self.inner:
            yield from one.every_credit()


@dataclass(slots=True, eq=False, weakref_slot=True)
class Memo:
    """What is kept for one class of proxies between compilations.

    It holds exactly the nodes of the last view that was made, and is empty at first.
    """

    tables: Tables = field(default_factory=dict)
    nodes: Mapping[Hashable, Done] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Before:
    """What a node had within it at an earlier compilation: other nodes, and tables for them."""

    nodes: Mapping[Hashable, Done] = field(default_factory=dict)
    tables: Tables = field(default_factory=dict)


@dataclass(slots=True)
class Frame:
    """A node that is running. `before` has what it was at each earlier compilation."""

    before: tuple[_Before, ...]
    children: dict[Hashable, Done] = field(default_factory=dict)
    made: dict[str, object] = field(default_factory=dict)
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
            self.made,
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


@dataclass(frozen=True, slots=True)
class _Unlike:
    """What an earlier compilation would read differently now: whole tables, keys in tables."""

    tables: set[str] = field(default_factory=set)
    keys: set[Asked] = field(default_factory=set)

    def read_by(self, known: Done) -> bool:
        """Say whether a node read any of it."""
        return not known.tables.isdisjoint(self.tables) or not all(
            asked.isdisjoint(self.keys) for asked in known.asked
        )


class Run:
    """One compilation over a memo, which it only changes when it is kept."""

    def __init__(
        self, memo: Memo, beside: Sequence[Memo] = (), comparing: Comparing | None = None
    ) -> None:
        """Start with nothing read. What stands in a memo `beside` is taken as from the own one."""
        memos = (memo, *beside)
        self.frame = Frame(tuple(_Before(one.nodes, one.tables) for one in memos))
        self._memo = memo
        self._unlike = tuple(_Unlike() for _ in memos)
        self._comparing = comparing or Comparing()
        self._whole = self.frame

    def table(self, name: str, value: object) -> None:
        """Name what nodes may read; what differs from an earlier compilation makes them run again.

        A table that is made within a node is compared with the one that was made there.
        """
        self.frame.made[name] = value
        for before, unlike in zip(self.frame.before, self._unlike, strict=True):
            former = before.tables.get(name, ABSENT)
            if former is value or former is ABSENT:
                continue
            outside = self.frame is self._whole
            found = (self._comparing.of if outside else compared)(former, value)
            unlike.keys.update((name, key) for key in found.keys)
            if found.differ:
                unlike.tables.add(name)

    def node(self, key: Hashable, inputs: object, build: Callable[[], _T]) -> _T:
        """Return a node's result, from an earlier compilation where it still stands."""
        outer = self.frame
        known = self._standing(key, inputs)
        if known is None:
            known = self._run(_within(outer.before, key), inputs, build)
        outer.include(key, known)
        result: _T = known.result
        return result

    def _run(
        self, earlier: Sequence[Done | None], inputs: object, build: Callable[[], object]
    ) -> Done:
        """Run a node; a result that is equal to an earlier one is that."""
        outer = self.frame
        self.frame = Frame(tuple(map(_before, earlier)))
        try:
            result = build()
            for one in earlier:
                if one is not None and _alike(one.result, result):
                    result = one.result
                    break
            return self.frame.finished(inputs, result)
        finally:
            self.frame = outer

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
        outer, groups = self.frame, _within(self.frame.before, key)
        at, stale = self._nearest(groups, items)
        known = groups[at]
        if known is None or stale or list(known.children) != list(items):
            known = self._regrouped(groups, at, (items, stale), build, fold)
        outer.include(key, known)
        result: _R = known.result.folded
        return result

    def _nearest(
        self, groups: Sequence[Done | None], items: Mapping[Any, object]
    ) -> tuple[int, Collection[Any]]:
        """Return which earlier group needs the fewest members to run again, and those."""
        best, fewest = 0, list(items) if groups[0] is None else self._stale(0, groups[0], items)
        for at, known in enumerate(groups):
            if at and known is not None and fewest:
                stale = self._stale(at, known, items)
                if groups[best] is None or len(stale) < len(fewest):
                    best, fewest = at, stale
        return best, fewest

    def _regrouped(
        self,
        groups: Sequence[Done | None],
        at: int,
        work: tuple[Mapping[Any, _T], Collection[Any]],
        build: Callable[[_T], _V],
        fold: Fold[_V, _R],
    ) -> Done:
        """Make stale members again, or take them from another earlier group, and fold them all."""
        (items, stale), known = work, groups[at]
        children = dict(known.children) if known is not None else {}
        for name in stale:
            if name in items:
                earlier = [one.children.get(name) if one is not None else None for one in groups]
                children[name] = self._member(earlier, items[name], build)
            else:
                del children[name]
        if list(children) != list(items):
            children = {name: children[name] for name in items}
        return _grouped(known, items, children, stale, fold)

    def _member(self, earlier: Sequence[Done | None], item: _T, build: Callable[[_T], _V]) -> Done:
        for one, unlike in zip(earlier, self._unlike, strict=True):
            if one is not None and one.inputs == item and not unlike.read_by(one):
                return one
        return self._run(earlier, item, lambda: build(item))

    def _stale(self, at: int, known: Done, items: Mapping[Any, object]) -> list[Any]:
        """Return the names of items that differ, and of members that would read something else."""
        found: dict[Any, None] = {}
        if known.inputs is not items and isinstance(known.inputs, Mapping):
            found |= dict.fromkeys(compared(known.inputs, items).keys)
        unlike = self._unlike[at]
        if unlike.read_by(known):
            for read in (*unlike.tables, *unlike.keys):
                found |= dict.fromkeys(known.result.readers.get(read, ()))
        return list(found)

    def keep(self) -> None:
        """Put this compilation's nodes into the memo in place of those before."""
        self._memo.tables = self.frame.made
        self._memo.nodes = self.frame.children
        self.frame.before = ()

    def credits(self) -> Iterator[Credit]:
        """Yield what was noted of who made which resource."""
        for one in self.frame.inner:
            yield from one.every_credit()

    def _standing(self, key: Hashable, inputs: object) -> Done | None:
        """Return a node that ran in this compilation, or one that read nothing which changed."""
        ran = self.frame.children.get(key)
        if ran is not None and ran.inputs == inputs:
            return ran
        for before, unlike in zip(self.frame.before, self._unlike, strict=True):
            known = before.nodes.get(key)
            if known is not None and known.inputs == inputs and not unlike.read_by(known):
                return known
        return None


_NOTHING: Final = _Before()


def _within(before: Iterable[_Before], key: Hashable) -> tuple[Done | None, ...]:
    return tuple(one.nodes.get(key) for one in before)


def _before(known: Done | None) -> _Before:
    return _Before(known.children, known.made) if known is not None else _NOTHING


def _grouped(
    known: Done | None,
    items: Mapping[Any, Any],
    children: Mapping[Any, Done],
    stale: Collection[Any],
    fold: Fold[Any, _R],
) -> Done:
    """Put a group together, from what it was where most of it stays."""
    change, members = None, _results(known, children, stale)
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
    return Done(items, result, tables, asked, (), problems, inner, children, {})


def _results(
    known: Done | None, children: Mapping[Any, Done], stale: Collection[Any]
) -> Mapping[Any, Any]:
    """Return the members' results; where none came or went, with those of `stale` replaced."""
    if known is None or not all(name in known.children and name in children for name in stale):
        return {name: one.result for name, one in children.items()}
    if list(known.children) != list(children):
        return {name: one.result for name, one in children.items()}
    return {**known.result.members, **{name: children[name].result for name in stale}}


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
