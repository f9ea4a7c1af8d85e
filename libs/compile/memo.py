"""Results that stand until something changes that they were made from.

While a node runs, everything that it reads is noted: a table as a whole, or the keys that it looked
up in one, also those that were not there. At the next compilation a node whose inputs are equal and
whose reads would be answered alike is not run again.
"""

from collections.abc import Callable, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from libs.compile.ledger import ResourceKey
from libs.kernel.origins import ObjectKey

Asked = tuple[str, Hashable]
"""A table and a key that was looked up in it."""
Credit = tuple[ResourceKey, ObjectKey]
Tables = Mapping[str, object]
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Done:
    """A node that ran: its inputs and result, what it and the nodes within it read and noted."""

    inputs: object
    result: Any
    tables: frozenset[str]
    asked: frozenset[Asked]
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
    credits: list[Credit] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    inner: list[Done] = field(default_factory=list)

    def include(self, key: Hashable, done: Done) -> None:
        """Take over what a node within this one read and noted."""
        self.children[key] = done
        self.inner.append(done)
        self.tables |= done.tables
        self.asked |= done.asked
        if done.problems:
            self.problems += done.problems

    def finished(self, inputs: object, result: object) -> Done:
        """Return the node as it is kept."""
        return Done(
            inputs,
            result,
            frozenset(self.tables),
            frozenset(self.asked),
            tuple(self.credits),
            tuple(self.problems),
            tuple(self.inner),
            self.children,
        )


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
            if known is not None and known.result == result:
                result = known.result
            outer.include(key, self.frame.finished(inputs, result))
        finally:
            self.frame = outer
        return result

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
        same = known.tables.isdisjoint(self._changed)
        return known if same and known.asked.isdisjoint(self._changed_keys) else None


def _differing(former: Mapping[Any, object], value: Mapping[Any, object]) -> Iterator[Hashable]:
    for key, one in value.items():
        other = former.get(key, _ABSENT)
        if other is not one and other != one:
            yield key
    yield from (key for key in former if key not in value)


_ABSENT = object()
