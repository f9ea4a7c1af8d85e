"""Limits of rules as sets of calls: is there a call within them, and does one set hold another?"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from libs.lint.rulelimits import DOMAINS, PRINCIPAL, Limit, texts
from libs.matchsets.automaton import TooLargeError
from libs.matchsets.expressions import ANYTHING, Choice, Expression
from libs.matchsets.partition import Effort, partition

_STEPS_MAX = 50_000
_VALUES_MAX = 64
_ANSWERS_MAX = 10_000
"""Policies say the same again and again, of many workloads and in many clusters."""
_NOT_ABSENT = frozenset(DOMAINS) - {PRINCIPAL}
Limits = Sequence[Limit]


def empty_attribute(limits: Limits) -> str | None:
    """Return an attribute of which the limits leave nothing; None where they leave some of each.

    What is too large to be told is taken for something.
    """
    for attribute, own in _by_attribute(limits).items():
        if _is_empty(attribute, own):
            return attribute
    return None


def holds(wide: Limits, narrow: Limits) -> bool:
    """Say whether every call within `narrow` is within `wide`, as far as that can be told."""
    inner = _by_attribute(narrow)
    return all(
        _attribute_holds(attribute, tuple(own), tuple(inner.get(attribute, ())))
        for attribute, own in _by_attribute(wide).items()
    )


def _by_attribute(limits: Iterable[Limit]) -> Mapping[str, list[Limit]]:
    found: dict[str, list[Limit]] = {}
    for one in limits:
        found.setdefault(one.attribute, []).append(one)
    return found


def _is_empty(attribute: str, limits: Limits) -> bool:
    if not _can_be_told(limits):
        return False
    if any(one.listed for one in limits):
        return any(_is_nothing(attribute, (one,)) for one in limits if one.values and one.excluded)
    single = len(limits) == 1 and not limits[0].excluded
    return not single and _is_nothing(attribute, tuple(limits))


@lru_cache(_ANSWERS_MAX)
def _is_nothing(attribute: str, limits: tuple[Limit, ...]) -> bool:
    wanted, barred = _languages(limits)
    needed = frozenset(range(len(wanted)))
    try:
        parts = partition([*wanted, *barred], _domain(attribute), Effort(_STEPS_MAX))
    except TooLargeError:
        return False
    absent = not wanted and attribute not in _NOT_ABSENT
    return not absent and not any(one.inside == needed for one in parts)


@lru_cache(_ANSWERS_MAX)
def _attribute_holds(attribute: str, wide: tuple[Limit, ...], narrow: tuple[Limit, ...]) -> bool:
    if not _can_be_told([*wide, *narrow]):
        return False
    if any(one.listed for one in (*wide, *narrow)):
        said = [(one.values, one.excluded) for one in narrow]
        return all((one.values, one.excluded) in said for one in wide)
    if not narrow and attribute not in _NOT_ABSENT and attribute != PRINCIPAL:
        return False
    inner, outside_inner = _languages(narrow)
    outer, outside_outer = _languages(wide)
    # A text that is absent is in no set, and no partition shows it.
    may_be_absent = attribute not in (*_NOT_ABSENT, PRINCIPAL) and not inner
    if may_be_absent and outer:
        return False
    marks = [len(inner), len(outside_inner), len(outer), len(outside_outer)]
    languages = [*inner, *outside_inner, *outer, *outside_outer]
    try:
        parts = partition(languages, _domain(attribute), Effort(_STEPS_MAX))
    except TooLargeError:
        return False
    return all(_within(one.inside, marks) for one in parts)


def _within(inside: frozenset[int], marks: Sequence[int]) -> bool:
    """Say whether a part outside of the narrow set, or inside of the wide one."""
    first, second, third = marks[0], marks[0] + marks[1], sum(marks[:3])
    narrow = inside >= set(range(first)) and not inside & set(range(first, second))
    wide = inside >= set(range(second, third)) and not inside & set(range(third, sum(marks)))
    return wide or not narrow


def _languages(limits: Limits) -> tuple[list[Expression], list[Expression]]:
    wanted = [_any(one, one.values) for one in limits if one.values]
    barred = [_any(one, one.excluded) for one in limits if one.excluded]
    return wanted, barred


def _any(limit: Limit, written: Sequence[str]) -> Expression:
    return Choice(tuple(map(limit.language, written)))


def _domain(attribute: str) -> Expression:
    return DOMAINS.get(attribute, ANYTHING)


def _can_be_told(limits: Limits) -> bool:
    """Say whether all values are within the alphabet and not too many."""
    several = [text for one in limits for text in texts(one)]
    return len(several) <= _VALUES_MAX and all(
        text.isascii() and text.isprintable() for text in several
    )
