"""Which of many random calls a run makes: some as they come, others for what they show.

Chance alone shows a few of many hundred fields hardly ever. So of two trials the one is taken whose
calls show more of what was rare, and a trial has more calls than are made of it. Half of those that
are made are its first ones; the others are those on whose way most fields stand that few calls have
shown so far.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from libs.routing.call import Call

DRAWN_PER_CALL = 3
"""How many calls are drawn for each that is made."""
DRAWN_PER_TRIAL = 2
_AS_THEY_COME = 2
Fields = Callable[[Call], frozenset[str]]


@dataclass(slots=True)
class Balance:
    """What the calls of a run have shown so far; `goal` is how often everything is to be shown."""

    goal: int
    hits: Counter[str] = field(default_factory=Counter)

    def chosen(self, calls: Sequence[Call], count: int, fields: Fields) -> list[Call]:
        """Choose `count` of the calls, and count what they show."""
        known = {at: fields(call) for at, call in enumerate(calls)}
        picked = list(known)[: count // _AS_THEY_COME]
        for at in picked:
            self.hits.update(known[at])
        while len(picked) < min(count, len(calls)):
            left = (at for at in known if at not in picked)
            best = max(left, key=lambda at: (self._missing(known[at]), -at))
            picked.append(best)
            self.hits.update(known[best])
        return [calls[at] for at in picked]

    def worth(self, calls: Sequence[Call], fields: Fields) -> float:
        """Say how much all these calls together could help."""
        return self._missing(frozenset().union(*map(fields, calls)))

    def _missing(self, shown: frozenset[str]) -> float:
        """Say how much a call would help: the rarer a field, the more."""
        return sum(1 / (1 + self.hits[one]) for one in shown if self.hits[one] < self.goal)
