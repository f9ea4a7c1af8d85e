"""Classes of calls in words that a person reads."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from libs.matchsets.firstmatch import Box
from libs.routediff.predicates import Aspect, Predicate
from libs.routediff.values import Values

_LISTED_MAX: Final = 4
_ANYTHING: Final = "is anything"
_NOT: Final = "not: "
_NEGATIVE: Final = ("without ", "unless ")
"""How conditions begin that say what a request does not have."""


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
    """Describe a box: methods and paths, then the conditions on everything else."""
    method, paths = "", ""
    others: list[str] = []
    for key, values in dimensions.items():
        everything = (1 << values.size) - 1
        parts = box.parts.get(key, everything)
        if parts == everything:
            continue
        aspect = values.dimension.aspect
        if aspect is Aspect.PATH:
            paths = _paths(values, parts)
        elif aspect is Aspect.METHOD and (single := _value(values, parts)):
            method = single
        else:
            others.append(_condition(values, parts))
    with_ = [words for words in others if not words.startswith(_NEGATIVE)]
    without = [words for words in others if words.startswith(_NEGATIVE)]
    conditions = ([f"with {' and '.join(with_)}"] if with_ else []) + without
    return " ".join([_requests(method, paths), *conditions])


def _requests(method: str, paths: str) -> str:
    """Say which requests, like `GET /reviews/*`; without a method, paths stand for all."""
    if method and paths:
        return f"{method} {paths}"
    if method:
        return f"all {method} requests"
    return paths or "all requests"


def _paths(values: Values, parts: int) -> str:
    """Say which paths, as a pattern where one condition has it: `/api* except /api/v1`."""
    base, left_out = _around(values, parts)
    if base is None or not base.noun:
        words = base.words if base is not None else ""
        paths = f"paths where the path {words}" if words else "all paths"
    else:
        paths = base.noun
    exceptions = listed(one.noun or f"what {one.words}" for one in left_out)
    return f"{paths} except {exceptions}" if exceptions else paths


def _condition(values: Values, parts: int) -> str:
    """Say one condition, like `end-user: jason`, a header that is missing, or any other."""
    subject = _subject(values)
    if values.absent is not None and parts == 1 << values.absent:
        return f"without {subject}"
    if single := _value(values, parts):
        return _in_code(values, single)
    base, left_out = _around(values, parts)
    if base is None and left_out and all(one.noun for one in left_out):
        return "unless " + listed((_in_code(values, one.noun) for one in left_out), " or ")
    if base is not None and base.language is None and not base.inverted and not left_out:
        return subject
    return f"{subject} that {_values_in_words(values, parts)}"


def _value(values: Values, parts: int) -> str:
    """Return the only value of the parts; empty where there are more, or none."""
    base, left_out = _around(values, parts)
    return base.noun if base is not None and not left_out else ""


def _in_code(values: Values, value: str) -> str:
    dimension = values.dimension
    if dimension.aspect is Aspect.QUERY:
        return f"`?{dimension.name}={value}`"
    name = dimension.name if dimension.aspect is Aspect.HEADER else dimension.aspect.value
    return f"`{name}: {value}`"


def _subject(values: Values) -> str:
    dimension = values.dimension
    if dimension.aspect in (Aspect.HEADER, Aspect.QUERY):
        return f"{dimension.aspect} `{dimension.name}`"
    if dimension.aspect is Aspect.ADDRESS:
        return "a first address" if dimension.name else "an address"
    return f"a {dimension.aspect.value}"


def _values_in_words(values: Values, parts: int) -> str:
    """Say which conditions hold for all of the parts, and which for none."""
    base, left_out = _around(values, parts)
    if base is None and left_out and all(one.words.startswith(_NOT) for one in left_out):
        return " and ".join(one.words.removeprefix(_NOT) for one in left_out)
    words = base.words if base is not None else _ANYTHING
    return words + (f", unless it {listed([one.words for one in left_out])}" if left_out else "")


def _around(values: Values, parts: int) -> tuple[Predicate | None, list[Predicate]]:
    """Return the narrowest condition around the parts, and the outermost ones that exclude them."""
    everything = (1 << values.size) - 1
    narrowing = [one for one in values.predicates if values.masks[one] != everything]
    holding = [one for one in narrowing if not parts & ~values.masks[one]]
    base = min(holding, key=lambda one: values.masks[one].bit_count(), default=None)
    around = values.masks[base] if base is not None else everything
    return base, list(_outermost(_missing(values, parts, around), values))


def _missing(values: Values, parts: int, around: int) -> list[Predicate]:
    """Return the conditions within `around` that hold for none of the parts."""
    return [
        one
        for one in values.predicates
        if values.masks[one] & around and not values.masks[one] & parts
    ]


def _outermost(predicates: Sequence[Predicate], values: Values) -> Iterator[Predicate]:
    """Leave out conditions that are within another one of the list."""
    masks = [values.masks[one] for one in predicates]
    for place, one in enumerate(predicates):
        within = (
            masks[place] & ~mask == 0 and (masks[place] != mask or other < place)
            for other, mask in enumerate(masks)
            if other != place
        )
        if not any(within):
            yield one
