"""Classes of calls in words that a person reads."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from libs.matchsets.firstmatch import Box
from libs.routediff.predicates import Aspect, Predicate
from libs.routediff.values import Values

_LISTED_MAX: Final = 4


def calls_in_words(boxes: Sequence[Box], dimensions: Mapping[str, Values]) -> str:
    """Describe the calls in boxes that one pair of rules decides."""
    found = dict.fromkeys(_box_in_words(box, dimensions) for box in boxes)
    return listed(found, "; or ")


def listed(texts: Iterable[str], joint: str = ", ") -> str:
    """Join texts; of many the first few, with the number of the others."""
    all_of_them = list(texts)
    more = len(all_of_them) - _LISTED_MAX
    shown = all_of_them[:_LISTED_MAX] if more > 1 else all_of_them
    return joint.join(shown) + (f"{joint}{more} more" if more > 1 else "")


def _box_in_words(box: Box, dimensions: Mapping[str, Values]) -> str:
    """Describe a box: first its paths, then the conditions on everything else."""
    path, others = "all paths", []
    for key, values in dimensions.items():
        parts = box.parts.get(key, (1 << values.size) - 1)
        words = _values_in_words(values, parts)
        if values.dimension.aspect is Aspect.PATH:
            path = f"path {words}" if words else path
        elif words:
            others.append(f"{_subject(values)} {words}")
    return " and ".join([path, *others])


def _subject(values: Values) -> str:
    dimension = values.dimension
    if dimension.aspect in (Aspect.HEADER, Aspect.QUERY):
        return f"{dimension.aspect} `{dimension.name}`"
    return dimension.aspect.value


def _values_in_words(values: Values, parts: int) -> str:
    """Say which conditions hold for all of the parts, and which for none; empty for all parts."""
    if parts == (1 << values.size) - 1:
        return ""
    alone = _alone(values, parts)
    if alone is not None:
        return alone
    everything = (1 << values.size) - 1
    narrowing = [one for one in values.predicates if values.masks[one] != everything]
    holding = [one for one in narrowing if not parts & ~values.masks[one]]
    base = min(holding, key=lambda one: values.masks[one].bit_count(), default=None)
    around = values.masks[base] if base is not None else everything
    missing = [
        one
        for one in values.predicates
        if values.masks[one] & around and not values.masks[one] & parts
    ]
    words = base.words if base is not None else "is anything"
    left_out = _outermost(missing, values)
    return words + (f", unless it {listed([one.words for one in left_out])}" if left_out else "")


def _alone(values: Values, parts: int) -> str | None:
    """Say what a single part without a value, or one of a single method, is."""
    if values.absent is not None and parts == 1 << values.absent:
        return "is missing"
    if values.dimension.aspect is Aspect.METHOD and parts.bit_count() == 1:
        return f"is {values.example(parts)}"
    return None


def _outermost(predicates: Sequence[Predicate], values: Values) -> list[Predicate]:
    """Leave out conditions that are within another one of the list."""
    masks = [values.masks[one] for one in predicates]
    return [
        one
        for place, one in enumerate(predicates)
        if not any(
            masks[place] & ~mask == 0 and (masks[place] != mask or other < place)
            for other, mask in enumerate(masks)
            if other != place
        )
    ]
