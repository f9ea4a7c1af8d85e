"""What Kubernetes demands of a structural schema, checked without an API server.

Source: the Kubernetes documentation on specifying a structural schema, and on the limits of
OpenAPI fields in a CustomResourceDefinition.
"""

from collections.abc import Iterator
from typing import Any

_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean"})
_FORBIDDEN = frozenset(
    {
        "$ref",
        "definitions",
        "dependencies",
        "deprecated",
        "discriminator",
        "id",
        "patternProperties",
        "readOnly",
        "uniqueItems",
        "writeOnly",
        "xml",
    }
)
_JUNCTORS = ("allOf", "anyOf", "oneOf")
_NEVER_IN_JUNCTORS = frozenset(
    {
        "additionalProperties",
        "default",
        "description",
        "nullable",
        "title",
        "type",
        "x-kubernetes-preserve-unknown-fields",
    }
)
_INT_OR_STRING = [{"type": "integer"}, {"type": "string"}]


def faults(schema: Any, path: str = "schema") -> Iterator[str]:
    """Say what an API server would refuse in a schema."""
    if not isinstance(schema, dict):
        yield f"{path} is no mapping"
        return
    yield from (f"{path}.{name} is forbidden" for name in sorted(_FORBIDDEN & schema.keys()))
    yield from _type_faults(schema, path)
    if "properties" in schema and "additionalProperties" in schema:
        yield f"{path} has both properties and additionalProperties"
    for name, one in schema.get("properties", {}).items():
        yield from faults(one, f"{path}.{name}")
    if "additionalProperties" in schema:
        yield from faults(schema["additionalProperties"], f"{path}.*")
    if "items" in schema:
        yield from faults(schema["items"], f"{path}[]")
    unknown = set(schema.get("required", ())) - schema.get("properties", {}).keys()
    yield from (f"{path} requires {name}, which it does not have" for name in sorted(unknown))
    yield from _junctor_faults(schema, path)


def _type_faults(schema: dict[str, Any], path: str) -> Iterator[str]:
    free = schema.get("x-kubernetes-preserve-unknown-fields") is True
    mixed = schema.get("x-kubernetes-int-or-string") is True
    kind = schema.get("type")
    if kind is None:
        if not (free or mixed):
            yield f"{path} has no type"
    elif kind not in _TYPES:
        yield f"{path} has type {kind!r}"
    elif mixed:
        yield f"{path} is int-or-string and has a type"
    if kind == "array" and "items" not in schema:
        yield f"{path} has no items"
    words = schema.get("enum")
    if words is not None and len(set(words)) != len(words):
        yield f"{path} has a word twice"


def _junctor_faults(schema: dict[str, Any], path: str) -> Iterator[str]:
    if schema.get("x-kubernetes-int-or-string") and schema.get("anyOf") == _INT_OR_STRING:
        return
    for junctor in _JUNCTORS:
        for index, one in enumerate(schema.get(junctor, ())):
            bad = sorted(_NEVER_IN_JUNCTORS & one.keys())
            yield from (f"{path}.{junctor}[{index}] has {name}" for name in bad)
