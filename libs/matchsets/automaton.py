"""Expressions side by side as one automaton without empty steps.

Items are places before a letter, or the ends of an expression. A state of the whole is a set of
items: all places where the expressions may stand after some text.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from libs.matchsets import letters
from libs.matchsets.expressions import Begin, Chain, Choice, Expression, Letter, Repeat

Items = frozenset[int]


class TooLargeError(ValueError):
    """The sets cannot be told apart within the given budget."""


@dataclass(frozen=True, slots=True)
class Automaton:
    """By item: the letters that lead on, where they lead, and which expression ends there.

    `ends` is None for an item before a letter. `starts` has the first items of each expression.
    """

    letters: Sequence[int]
    follow: Sequence[Items]
    ends: Sequence[int | None]
    starts: Sequence[Items]


def automaton(expressions: Sequence[Expression], items_max: int) -> Automaton:
    """Build the automaton of all expressions. Raises TooLargeError beyond `items_max` places."""
    builder = _Builder(items_max)
    entries = []
    for number, expression in enumerate(expressions):
        entry, end = builder.place(), builder.place(ends=number)
        builder.add(expression, entry, end)
        entries.append(entry)
    return Automaton(
        builder.letters,
        [builder.closure(to) if to is not None else frozenset() for to in builder.to],
        builder.ends,
        [builder.closure(entry, at_begin=True) for entry in entries],
    )


@dataclass(slots=True)
class _Builder:
    """Places with at most one letter each, and steps between them that take nothing."""

    places_max: int
    letters: list[int] = field(default_factory=list)
    to: list[int | None] = field(default_factory=list)
    ends: list[int | None] = field(default_factory=list)
    empty: list[list[int]] = field(default_factory=list)
    at_begin: list[list[int]] = field(default_factory=list)
    at_end: list[list[int]] = field(default_factory=list)
    _closures: dict[int, Items] = field(default_factory=dict)

    def place(self, ends: int | None = None) -> int:
        """Make a place."""
        if len(self.to) >= self.places_max:
            raise TooLargeError(f"patterns with more than {self.places_max} places")
        self.letters.append(letters.NONE)
        self.to.append(None)
        self.ends.append(ends)
        self.empty.append([])
        self.at_begin.append([])
        self.at_end.append([])
        return len(self.to) - 1

    def add(self, expression: Expression, start: int, end: int) -> None:
        """Lay an expression between two places."""
        if isinstance(expression, Letter):
            before = self.place()
            self.empty[start].append(before)
            self.letters[before], self.to[before] = expression.letters, end
        elif isinstance(expression, Chain):
            self._chain(expression.parts, start, end)
        elif isinstance(expression, Choice):
            for part in expression.parts:
                self.add(part, start, end)
        elif isinstance(expression, Repeat):
            self._repeat(expression, start, end)
        else:
            steps = self.at_begin if isinstance(expression, Begin) else self.at_end
            steps[start].append(end)

    def _chain(self, parts: Sequence[Expression], start: int, end: int) -> None:
        at = start
        for part in parts:
            following = self.place()
            self.add(part, at, following)
            at = following
        self.empty[at].append(end)

    def _repeat(self, repeat: Repeat, start: int, end: int) -> None:
        at = start
        for _ in range(repeat.low):
            following = self.place()
            self.add(repeat.part, at, following)
            at = following
        if repeat.high is None:
            loop = self.place()
            self.empty[at].append(loop)
            self.add(repeat.part, loop, loop)
            self.empty[loop].append(end)
            return
        for _ in range(repeat.high - repeat.low):
            following = self.place()
            self.empty[at].append(end)
            self.add(repeat.part, at, following)
            at = following
        self.empty[at].append(end)

    def closure(self, place: int, *, at_begin: bool = False) -> Items:
        """Return the items that are reached from a place without a letter.

        Past a step that needs the text's end only ends of expressions count.
        """
        if not at_begin and place in self._closures:
            return self._closures[place]
        open_ = set(self._reach({place}, at_begin=at_begin, at_end=False))
        closed = self._reach(open_, at_begin=at_begin, at_end=True)
        found = {one for one in open_ if self.letters[one] or self.ends[one] is not None}
        found.update(one for one in closed if self.ends[one] is not None)
        items = frozenset(found)
        if not at_begin:
            self._closures[place] = items
        return items

    def _reach(self, places: set[int], *, at_begin: bool, at_end: bool) -> Iterator[int]:
        waiting, seen = list(places), set(places)
        while waiting:
            one = waiting.pop()
            yield one
            steps = list(self.empty[one])
            steps += self.at_begin[one] if at_begin else ()
            steps += self.at_end[one] if at_end else ()
            waiting += [step for step in steps if step not in seen]
            seen.update(steps)
