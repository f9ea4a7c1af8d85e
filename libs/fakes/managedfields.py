"""Who owns which field, as an API server keeps it: `metadata.managedFields` and server-side apply.

Every list is one value, as it is where a schema says nothing else; a real server also merges lists
that have keys. A path is a tuple of field names; what an empty mapping or a list stands at is one.
"""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Path = tuple[str, ...]
Fields = frozenset[Path]

_IDENTITY = frozenset({("apiVersion",), ("kind",)})
_SYSTEM = frozenset(
    {
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "generation",
        "managedFields",
        "name",
        "namespace",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)


@dataclass(frozen=True, slots=True, order=True)
class Owner:
    """A manager, by `Apply` or `Update`, of the object or one of its subresources."""

    manager: str
    operation: str
    subresource: str = ""


@dataclass(frozen=True, slots=True)
class Owned:
    """What an owner owns, and in which version it last said so."""

    api_version: str
    fields: Fields


Owners = Mapping[Owner, Owned]


def leaves(value: Any, path: Path = ()) -> Iterator[tuple[Path, Any]]:
    """Yield every field that can be owned, with its value."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from leaves(inner, (*path, name))
    elif path:
        yield path, value


def ownable(body: Mapping[str, Any]) -> dict[Path, Any]:
    """Return the fields of an object that managers own, with their values."""
    return {path: value for path, value in leaves(body) if not _is_system(path)}


def _is_system(path: Path) -> bool:
    return path in _IDENTITY or (path[0] == "metadata" and (len(path) == 1 or path[1] in _SYSTEM))


def touches(one: Path, other: Path) -> bool:
    """Say whether two fields are the same or one holds the other."""
    shorter = min(len(one), len(other))
    return one[:shorter] == other[:shorter]


def with_field(body: Mapping[str, Any], path: Path, value: Any) -> dict[str, Any]:
    """Return the object with one field set."""
    name, *rest = path
    below = body.get(name)
    inner = below if isinstance(below, Mapping) else {}
    return {**body, name: with_field(inner, tuple(rest), value) if rest else value}


def without_field(body: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return the object without one field, nor the mappings that it leaves empty."""
    name, *rest = path
    if name not in body:
        return dict(body)
    result = {key: value for key, value in body.items() if key != name}
    if rest and isinstance(body[name], Mapping):
        inner = without_field(body[name], tuple(rest))
        if inner:
            result[name] = inner
    return result


def conflicts(
    owners: Owners, me: Owner, live: Mapping[Path, Any], wanted: Mapping[Path, Any]
) -> tuple[tuple[str, Path], ...]:
    """Return the fields that others own and hold at other values, each with its manager."""
    above = {path[:length] for path in wanted for length in range(1, len(path))}
    return tuple(
        sorted(
            (owner.manager, path)
            for owner, owned in owners.items()
            if owner != me
            for path in owned.fields
            if path in live and _clashes(path, live[path], wanted, above)
        )
    )


def _clashes(path: Path, value: Any, wanted: Mapping[Path, Any], above: Container[Path]) -> bool:
    """Say whether something else is wanted where `value` stands; an empty mapping makes room."""
    if path in wanted:
        return bool(wanted[path] != value)
    if path in above:
        return bool(value != {})
    return any(wanted.get(path[:length], {}) != {} for length in range(1, len(path)))


def applied(
    body: Mapping[str, Any], owners: Owners, me: Owner, wanted: Mapping[Path, Any]
) -> dict[str, Any]:
    """Merge what a manager wants into an object; what only it owned and no longer wants goes."""
    before = owners[me].fields if me in owners else frozenset()
    shared = frozenset(
        path for owner, owned in owners.items() if owner != me for path in owned.fields
    )
    result = dict(body)
    for path in sorted(before - wanted.keys() - shared):
        result = without_field(result, path)
    for path, value in wanted.items():
        result = with_field(result, path, value)
    return result


def taken(owners: Owners, me: Owner, mine: Owned, changed: Iterable[Path]) -> dict[Owner, Owned]:
    """Return who owns what after `me` set `mine` and changed the values of `changed`."""
    moved = frozenset(changed)
    result = {}
    for owner, owned in owners.items():
        left = frozenset(p for p in owned.fields if not any(touches(p, one) for one in moved))
        if owner != me and left:
            result[owner] = Owned(owned.api_version, left)
    if mine.fields:
        result[me] = mine
    return result


def written(owners: Owners, time: str) -> list[dict[str, Any]]:
    """Write owners as `metadata.managedFields` does."""
    return [
        {
            "manager": owner.manager,
            "operation": owner.operation,
            "apiVersion": owned.api_version,
            "time": time,
            "fieldsType": "FieldsV1",
            "fieldsV1": _tree(owned.fields),
            **({"subresource": owner.subresource} if owner.subresource else {}),
        }
        for owner, owned in sorted(owners.items())
    ]


def _tree(fields: Fields) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for path in sorted(fields):
        result = with_field(result, tuple(f"f:{name}" for name in path), {})
    return result


def read(entries: Iterable[Mapping[str, Any]]) -> dict[Owner, Owned]:
    """Read owners from `metadata.managedFields`."""
    return {
        Owner(one["manager"], one["operation"], one.get("subresource", "")): Owned(
            one["apiVersion"],
            frozenset(
                tuple(name.removeprefix("f:") for name in path)
                for path, _ in leaves(one["fieldsV1"])
            ),
        )
        for one in entries
    }
