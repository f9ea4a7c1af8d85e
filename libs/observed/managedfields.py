"""Who owns which fields of an object: what server-side apply remembers in `managedFields`.

A field set is a tree as the server writes it: `f:NAME` is a field, `k:{...}` the item of a list
with these keys, `v:VALUE` a value of a set, `i:N` a place in a list, `.` the thing itself. An empty
tree is a leaf, and owns everything below it.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from libs.ports.kubecluster import Body

FieldSet = Mapping[str, Any]
Path = tuple[str, ...]
"""The names of a field set on the way to a leaf, `f:` and so on included."""

APPLY = "Apply"
_SELF = "."
_HEX_DIGITS = 32
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Manager:
    """One entry of `managedFields`. `operation` is Apply or Update; `at` is a time or empty."""

    name: str
    operation: str
    subresource: str
    at: str
    fields: FieldSet


def managers(body: Body) -> tuple[Manager, ...]:
    """Return all entries of an object in the order that the server gives."""
    return tuple(
        Manager(
            name=entry.get("manager", ""),
            operation=entry.get("operation", ""),
            subresource=entry.get("subresource", ""),
            at=entry.get("time", ""),
            fields=entry.get("fieldsV1") or {},
        )
        for entry in body.get("metadata", {}).get("managedFields") or ()
    )


def applied_by(body: Body, manager: str) -> FieldSet | None:
    """Return the fields that a manager applied; None where it never did."""
    for one in managers(body):
        if (one.name, one.operation, one.subresource) == (manager, APPLY, ""):
            return one.fields
    return None


def owned_fingerprint(body: Body, manager: str) -> str:
    """Return the hash of the fields that a manager applied, with their values; empty for none.

    It is another one exactly when such a field has another value, or changed hands.
    """
    fields = applied_by(body, manager)
    if fields is None:
        return ""
    lines = [(list(path), value) for path, value in owned_values(body, fields)]
    data = orjson.dumps(lines, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(data).hexdigest()[:_HEX_DIGITS]


def owned_values(body: Any, fields: FieldSet) -> Iterator[tuple[Path, Any]]:
    """Yield the leaves of a field set that an object has, with their values, in a fixed order."""
    yield from _leaves(body, fields, ())


def leaves(fields: FieldSet, above: Path = ()) -> Iterator[Path]:
    """Yield the paths of all leaves of a field set."""
    for name, below in sorted(fields.items()):
        if below:
            yield from leaves(below, (*above, name))
        else:
            yield (*above, name)


def shown(path: Path) -> str:
    """Render a path as people write it: `.spec.ports[port=80].name`."""
    return "".join(_shown_part(name) for name in path if name != _SELF)


def child(value: Any, name: str) -> tuple[bool, Any]:
    """Return whether a value has the part that a name of a field set means, and that part."""
    found = _child(value, name)
    return (False, None) if found is _NOTHING else (True, found)


def _leaves(value: Any, fields: FieldSet, above: Path) -> Iterator[tuple[Path, Any]]:
    for name, below in sorted(fields.items()):
        path = (*above, name)
        if name == _SELF:
            yield path, None
            continue
        found = _child(value, name)
        if found is _NOTHING:
            continue
        if below:
            yield from _leaves(found, below, path)
        else:
            yield path, found


def _child(value: Any, name: str) -> Any:
    kind, _, rest = name.partition(":")
    if kind == "f" and isinstance(value, Mapping):
        return value.get(rest, _NOTHING)
    if not isinstance(value, list | tuple):
        return _NOTHING
    if kind == "k":
        keys = orjson.loads(rest)
        return next((one for one in value if _has(one, keys)), _NOTHING)
    if kind == "v":
        wanted = orjson.loads(rest)
        return wanted if wanted in value else _NOTHING
    if kind == "i" and rest.isdigit() and int(rest) < len(value):
        return value[int(rest)]
    return _NOTHING


def _has(item: Any, keys: Mapping[str, Any]) -> bool:
    return isinstance(item, Mapping) and all(item.get(key) == want for key, want in keys.items())


def _shown_part(name: str) -> str:
    kind, _, rest = name.partition(":")
    if kind == "f":
        return f".{rest}" if rest.isidentifier() else f"[{rest}]"
    if kind == "k":
        pairs = orjson.loads(rest)
        return "[" + ",".join(f"{key}={value}" for key, value in sorted(pairs.items())) + "]"
    return f"[{rest}]"
