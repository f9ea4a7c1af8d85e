"""A published description of an interface, and what exchanges it allows."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from jsonschema import Draft202012Validator, ValidationError, validators
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.forges.server import Exchange

_BASE: Final = "urn:description"
_JSON: Final = "application/json"


class Description:
    """An OpenAPI document, of version 3 or 2."""

    def __init__(self, document: Mapping[str, Any]) -> None:
        """Read the document."""
        self._document = document
        resource = DRAFT202012.create_resource(document)
        self._registry: Registry[Any] = Registry().with_resource(_BASE, resource)

    def faults(self, one: Exchange) -> Iterator[str]:
        """Say what an exchange does that the description does not have."""
        place = self._place(one)
        if place is None:
            yield f"{one.method} {one.path}: no such operation"
            return
        path, operation = place
        pointer = f"{_pointer('paths', path, one.method.lower())}"
        sent = _sent(operation, pointer)
        if one.sent is not None:
            yield from self._wrong(one.sent, sent, _Sent)
        answered = self._answered(operation, pointer, one.status)
        if answered is None:
            yield f"{one.method} {one.path}: never answers {one.status}"
        else:
            yield from self._wrong(one.content, answered, _Answered)

    def _place(self, one: Exchange) -> tuple[str, Mapping[str, Any]] | None:
        """Return the operation of a request; of several paths the one with the fewest gaps."""
        found = [
            path
            for path, operations in self._document["paths"].items()
            if one.method.lower() in operations and re.fullmatch(_pattern(path), one.path)
        ]
        if not found:
            return None
        path = min(found, key=lambda each: each.count("{"))
        return path, self._document["paths"][path][one.method.lower()]

    def _answered(self, operation: Mapping[str, Any], pointer: str, status: int) -> str | None:
        """Return where the schema of an answer stands; empty for one without any."""
        responses = operation["responses"]
        if str(status) not in responses:
            return None
        response, at = responses[str(status)], f"{pointer}/responses/{status}"
        if "$ref" in response:
            at = response["$ref"]
            response = self._document
            for name in at.removeprefix("#/").split("/"):
                response = response[name]
        if "schema" in response:
            return f"{at}/schema"
        inside = response.get("content", {})
        return f"{at}/content/{_escaped(_JSON)}/schema" if _JSON in inside else ""

    def _wrong(self, content: Any, pointer: str | None, kind: Any) -> Iterator[str]:
        if pointer is None:
            yield "takes no content"
        elif pointer:
            schema = {"$ref": f"{_BASE}{pointer}"}
            for error in kind(schema, registry=self._registry).iter_errors(content):
                yield f"{pointer}: {error.json_path}: {error.message}"


def _sent(operation: Mapping[str, Any], pointer: str) -> str | None:
    """Return where the schema of a request stands; None where it has no content."""
    for place, one in enumerate(operation.get("parameters", [])):
        if one.get("in") == "body":
            return f"{pointer}/parameters/{place}/schema"
    if _JSON in operation.get("requestBody", {}).get("content", {}):
        return f"{pointer}/requestBody/content/{_escaped(_JSON)}/schema"
    return None


def _pattern(path: str) -> str:
    """Return a pattern of a path, whose gaps hold one segment each."""
    parts = re.split(r"\{[^}]*\}", path)
    return "[^/]+".join(map(re.escape, parts))


def _pointer(*names: str) -> str:
    return "#/" + "/".join(map(_escaped, names))


def _escaped(name: str) -> str:
    escaped = name.replace("~", "~0").replace("/", "~1")
    return escaped.replace("{", "%7B").replace("}", "%7D")


def _type(validator: Any, types: Any, instance: Any, schema: Any) -> Iterator[ValidationError]:
    """Take null where the description says so in the way of OpenAPI 3.0."""
    if instance is None and schema.get("nullable"):
        return
    yield from Draft202012Validator.VALIDATORS["type"](validator, types, instance, schema)


def _known(
    validator: Any, properties: Any, instance: Any, schema: Any
) -> Iterator[ValidationError]:
    """Refuse fields that the description does not have."""
    yield from Draft202012Validator.VALIDATORS["properties"](
        validator, properties, instance, schema
    )
    if isinstance(instance, dict) and not schema.get("additionalProperties"):
        for name in instance.keys() - properties.keys():
            yield ValidationError(f"`{name}` is no field")


_SHARED: Final = {"type": _type, "properties": _known}
_extend: Final[Callable[..., Any]] = validators.extend
_Sent: Final = _extend(Draft202012Validator, _SHARED)
_Answered: Final = _extend(Draft202012Validator, {**_SHARED, "required": None})
"""An answer of a test's server may leave fields out that nobody reads."""
