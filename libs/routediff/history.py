"""In which of many states an answer became another one."""

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from libs.routing.decision import Decision

_State = TypeVar("_State")


@dataclass(frozen=True, slots=True)
class Change(Generic[_State]):
    """The first of two neighbouring states still has the old answer, the second no more."""

    before: _State
    after: _State


def first_change(
    states: Sequence[_State], answer: Callable[[_State], Hashable]
) -> Change[_State] | None:
    """Find, by halving, where the answer of the oldest state ends; None where it never does.

    Of 2**n states n + 1 are asked. An answer that changes several times changes somewhere else as
    well; the state before always has the oldest answer.
    """
    old = answer(states[0])
    low, high = 0, len(states)
    while high - low > 1:
        middle = (low + high) // 2
        if answer(states[middle]) == old:
            low = middle
        else:
            high = middle
    return Change(states[low], states[high]) if high < len(states) else None


def told(decision: Decision) -> Hashable:
    """Return what of a decision a caller or an upstream notices: not names, not places."""
    clusters = frozenset((one.name, one.weight, one.endpoints) for one in decision.clusters)
    return decision.error, decision.verdict, decision.action, clusters
