"""Structural schemas, as Kubernetes wants them in a CustomResourceDefinition, from models."""

import types
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from libs.meshapi.base import Model
from libs.meshapi.core import OpenModel
from libs.meshapi.durations import PATTERN, TEXT_CHARACTERS_MAX
from libs.meshapi.patterns import TIME_OF_DAY
from libs.meshapi.schema import name_of
from tools.crds.cel import exclusions, validations

Schema = dict[str, Any]

PLACES_WITH_RULES_MAX = 20_000
ITEMS_MAX = 16_384
"""Items of a list that has no other limit and stands in no list itself.

An object with more is larger than what Kubernetes stores, unless its items say next to nothing.
"""

_ANYTHING: Schema = {"x-kubernetes-preserve-unknown-fields": True}
_NUMBER_OR_TEXT: Schema = {
    "anyOf": [{"type": "integer"}, {"type": "string"}],
    "x-kubernetes-int-or-string": True,
}
_PLAIN: Mapping[Any, Schema] = {
    Any: _ANYTHING,
    bool: {"type": "boolean"},
    float: {"type": "number", "format": "double"},
    int: {"type": "integer", "format": "int64"},
    str: {"type": "string"},
    timedelta: {"type": "string", "maxLength": TEXT_CHARACTERS_MAX, "pattern": PATTERN},
}
_TYPES_OF_WORDS = {str: "string", int: "integer"}


def schema_of(model: type[Model], places: int = 1) -> Schema:
    """Return the schema of a model's mapping, with everything below it written out.

    `places` says how often at most the mapping is in one object: an API server adds up what its
    rules may cost, and refuses a definition with costly rules in many places.
    """
    fields = model.model_fields
    schema: Schema = {"type": "object", "description": _first_sentence(model)}
    schema["properties"] = {
        name_of(field, attribute): field_schema(field, places)
        for attribute, field in fields.items()
    }
    required = [name_of(one, attribute) for attribute, one in fields.items() if one.is_required()]
    if required:
        schema["required"] = required
    if issubclass(model, OpenModel):
        schema |= _ANYTHING
    if places > PLACES_WITH_RULES_MAX:
        return schema | exclusions(model)
    rules = validations(model)
    return schema | ({"x-kubernetes-validations": rules} if rules else {})


def field_schema(field: FieldInfo, places: int = 1) -> Schema:
    """Return the schema of a field, with its limits."""
    return _annotated(field.annotation, list(field.metadata), places)


def _annotated(annotation: Any, metadata: list[Any], places: int) -> Schema:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _annotated(inner, [*more, *metadata], places)
    if origin in (Union, types.UnionType):
        options = [one for one in get_args(annotation) if one is not types.NoneType]
        if len(options) > 1:
            return dict(_NUMBER_OR_TEXT)
        return _annotated(options[0], metadata, places)
    limits = _limits(metadata)
    if origin in (tuple, Mapping) and places == 1 and get_args(annotation)[-1] is not Any:
        limits.setdefault("max_length", ITEMS_MAX)
    return _limited(_bare(annotation, places, limits.get("max_length", ITEMS_MAX)), limits)


def _bare(annotation: Any, places: int, items_max: int) -> Schema:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return {"type": _TYPES_OF_WORDS[type(arguments[0])], "enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _annotated(arguments[0], [], places * items_max)}
    if origin is Mapping:
        inside = {"additionalProperties": _annotated(arguments[1], [], places * items_max)}
        return {"type": "object", **(_ANYTHING if arguments[1] is Any else inside)}
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return schema_of(annotation, places)
    return dict(_PLAIN[annotation])


def _limits(metadata: list[Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for one in metadata:
        if isinstance(one, FieldInfo):
            found |= _limits(list(one.metadata))
        for name in ("ge", "le", "min_length", "max_length", "pattern"):
            value = getattr(one, name, None)
            if value is not None:
                found[name] = value
    if found.get("pattern") == TIME_OF_DAY:
        found["max_length"] = len("00:00")
    return found


_NAMES = {
    "string": {"min_length": "minLength", "max_length": "maxLength", "pattern": "pattern"},
    "array": {"min_length": "minItems", "max_length": "maxItems"},
    "object": {"min_length": "minProperties", "max_length": "maxProperties"},
    "integer": {"ge": "minimum", "le": "maximum"},
    "number": {"ge": "minimum", "le": "maximum"},
}


def _limited(schema: Schema, limits: dict[str, Any]) -> Schema:
    names = _NAMES.get(schema.get("type", ""), {})
    return schema | {names[name]: value for name, value in limits.items() if name in names}


def _first_sentence(model: type[Model]) -> str:
    return (model.__doc__ or "").strip().partition("\n")[0]
