"""Fields that somebody else may set: what is applied there is what the cluster has."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Any

from libs.kernel.origins import ObjectKey
from libs.observed.managedfields import APPLY, FieldSet, managers
from libs.ports.kubecluster import FIELD_MANAGER, Body

_EACH = "*"
_ABSENT = object()


@dataclass(frozen=True, slots=True)
class IgnoreRule:
    """Pointers into the objects that one of `objects` names, `Kind namespace/name` with `*`."""

    fields: tuple[tuple[str, ...], ...]
    objects: tuple[str, ...] = ()

    def covers(self, key: ObjectKey) -> bool:
        """Say whether an object is meant."""
        return not self.objects or any(fnmatchcase(str(key), one) for one in self.objects)


def pointer(text: str) -> tuple[str, ...]:
    """Return the steps of a JSON pointer."""
    return tuple(
        part.replace("~1", "/").replace("~0", "~") for part in text.removeprefix("/").split("/")
    )


def effective(key: ObjectKey, wanted: Body, live: Body, rules: Iterable[IgnoreRule]) -> Body:
    """Return what is applied: `wanted`, with the cluster's values where rules say so.

    A field that another manager applies is left out, so that it stays theirs alone. Items of a
    list are taken only when they are, but for the field, what `wanted` has: otherwise git changed
    the list, and its values count.
    """
    paths = [path for rule in rules if rule.covers(key) for path in rule.fields]
    if not paths:
        return wanted
    theirs = [
        one.fields for one in managers(live) if one.operation == APPLY and one.name != FIELD_MANAGER
    ]
    result: Any = wanted
    for path in paths:
        result = _taken(result, live, path, theirs)
    made: Body = result
    return made


def _taken(wanted: Any, live: Any, path: Sequence[str], theirs: Sequence[FieldSet]) -> Any:
    head, rest = path[0], path[1:]
    if head == _EACH:
        return _taken_items(wanted, live, rest)
    if not (isinstance(wanted, Mapping) and isinstance(live, Mapping)):
        return wanted
    if head not in wanted or head not in live:
        return wanted
    below = [found for one in theirs if (found := one.get(f"f:{head}")) is not None]
    if rest:
        return {**wanted, head: _taken(wanted[head], live[head], rest, below)}
    if below:
        return {name: value for name, value in wanted.items() if name != head}
    return {**wanted, head: live[head]}


def _taken_items(wanted: Any, live: Any, rest: Sequence[str]) -> Any:
    """Take a field of each item, if the lists are alike; else none of them."""
    if not (isinstance(wanted, list | tuple) and isinstance(live, list | tuple)):
        return wanted
    if len(wanted) != len(live) or not rest:
        return wanted
    pairs = list(zip(wanted, live, strict=True))
    if len(rest) == 1 and not all(_are_alike(one, other, rest[0]) for one, other in pairs):
        return wanted
    return [_taken(one, other, rest, ()) for one, other in pairs]


def _are_alike(wanted: Any, live: Any, but: str) -> bool:
    """Say whether an item has everything that the other has, but for one field."""
    if not (isinstance(wanted, Mapping) and isinstance(live, Mapping)):
        return False
    return all(live.get(name, _ABSENT) == value for name, value in wanted.items() if name != but)
