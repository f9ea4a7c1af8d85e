"""The parts into which languages cut all texts: each part is inside or outside of each language."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from libs.matchsets import letters
from libs.matchsets.automaton import Automaton, Items, TooLargeError, automaton
from libs.matchsets.expressions import ANYTHING, Expression

STEPS_MAX = 500_000
"""Places of patterns that are looked at before a partition is given up."""

PLACES_MAX = 500_000
"""Places in all patterns together before a partition is given up."""


@dataclass(frozen=True, slots=True)
class Part:
    """All texts that are in exactly the languages of these numbers, and a short one of them."""

    inside: frozenset[int]
    example: str


@dataclass(slots=True)
class Effort:
    """Steps that may still be taken, over several partitions and comparisons."""

    steps: int = STEPS_MAX
    whole: "Effort | None" = None

    def part(self) -> "Effort":
        """Return half of what is left, so that one hard question leaves something for others."""
        return Effort(self.steps // 2, self)

    def spend(self, steps: int = 1) -> None:
        """Take steps. Raises TooLargeError when none is left."""
        if self.whole is not None:
            self.whole.spend(steps)
        self.steps -= steps
        if self.steps < 0:
            raise TooLargeError("the patterns cannot be told apart within the budget")


def partition(
    languages: Sequence[Expression],
    domain: Expression = ANYTHING,
    effort: Effort | None = None,
) -> tuple[Part, ...]:
    """Return the parts of `domain` that hold a text, those with the shortest examples first.

    Raises TooLargeError when the budget does not suffice.
    """
    whole = automaton([*languages, domain], PLACES_MAX)
    return tuple(
        Part(inside, example)
        for inside, example in _parts(whole, len(languages), effort or Effort()).items()
    )


def _parts(whole: Automaton, domain: int, effort: Effort) -> Mapping[frozenset[int], str]:
    """Walk through all states in the order of their shortest texts."""
    walk = _Walk(whole, _belongs(whole, domain))
    start: Items = frozenset().union(*whole.starts)
    found: dict[frozenset[int], str] = {}
    waiting, seen = [(start, "")], {start}
    for state, text in waiting:
        effort.spend(len(state))
        ended = {number for item in state if (number := whole.ends[item]) is not None}
        if domain in ended:
            found.setdefault(frozenset(ended - {domain}), text)
        for group, following in walk.steps(state):
            if following not in seen:
                seen.add(following)
                waiting.append((following, text + letters.example(group)))
    return found


def _belongs(whole: Automaton, number: int) -> frozenset[int]:
    """Return the items of one expression."""
    seen = set(whole.starts[number])
    waiting = list(seen)
    while waiting:
        fresh = whole.follow[waiting.pop()] - seen
        seen |= fresh
        waiting += fresh
    return frozenset(seen)


@dataclass(slots=True)
class _Walk:
    """Steps between states. A state without an item of the domain leads nowhere that counts."""

    whole: Automaton
    domain: frozenset[int]
    _unions: dict[frozenset[Items], Items] = field(default_factory=dict)

    def steps(self, state: Items) -> Iterator[tuple[int, Items]]:
        """Yield sets of letters that lead to one state each."""
        leads: dict[int, set[Items]] = {}
        for item in state:
            if self.whole.letters[item]:
                leads.setdefault(self.whole.letters[item], set()).add(self.whole.follow[item])
        for group, follows in _refined(leads):
            following = self._union(frozenset(follows))
            if not self.domain.isdisjoint(following):
                yield group, following

    def _union(self, follows: frozenset[Items]) -> Items:
        if len(follows) == 1:
            return next(iter(follows))
        if follows not in self._unions:
            self._unions[follows] = frozenset().union(*follows)
        return self._unions[follows]


def _refined(leads: Mapping[int, set[Items]]) -> Sequence[tuple[int, set[Items]]]:
    """Cut overlapping sets of letters into sets that do not overlap."""
    groups: list[tuple[int, set[Items]]] = []
    for mask, follows in leads.items():
        left, cut = mask, []
        for group, known in groups:
            both = group & left
            if not both:
                cut.append((group, known))
                continue
            cut.append((both, known | follows))
            if group & ~both:
                cut.append((group & ~both, known))
            left &= ~both
        if left:
            cut.append((left, follows))
        groups = cut
    return groups
