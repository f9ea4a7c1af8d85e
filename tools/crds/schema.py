"""Structural schemas, as Kubernetes wants them in a CustomResourceDefinition, from models."""

import types
from collections.abc import Mapping
from datetime import timedelta
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from libs.meshapi.base import Model
from libs.meshapi.core import OpenModel
from libs.meshapi.schema import name_of

Schema = dict[str, Any]

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
    timedelta: {"type": "string"},
}
_TYPES_OF_WORDS = {str: "string", int: "integer"}


def schema_of(model: type[Model]) -> Schema:
    """Return the schema of a model's mapping, with everything below it written out."""
    fields = model.model_fields
    schema: Schema = {"type": "object", "description": _first_sentence(model)}
    schema["properties"] = {
        name_of(field, attribute): field_schema(field) for attribute, field in fields.items()
    }
    required = [name_of(one, attribute) for attribute, one in fields.items() if one.is_required()]
    if required:
        schema["required"] = required
    if issubclass(model, OpenModel):
        schema |= _ANYTHING
    return schema


def field_schema(field: FieldInfo) -> Schema:
    """Return the schema of a field, with its limits."""
    return _annotated(field.annotation, list(field.metadata))


def _annotated(annotation: Any, metadata: list[Any]) -> Schema:
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *more = get_args(annotation)
        return _annotated(inner, [*more, *metadata])
    if origin in (Union, types.UnionType):
        options = [one for one in get_args(annotation) if one is not types.NoneType]
        return _annotated(options[0], metadata) if len(options) == 1 else dict(_NUMBER_OR_TEXT)
    return _limited(_bare(annotation), _limits(metadata))


def _bare(annotation: Any) -> Schema:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return {"type": _TYPES_OF_WORDS[type(arguments[0])], "enum": list(arguments)}
    if origin is tuple:
        return {"type": "array", "items": _annotated(arguments[0], [])}
    if origin is Mapping:
        inside = {"additionalProperties": _annotated(arguments[1], [])}
        return {"type": "object", **(_ANYTHING if arguments[1] is Any else inside)}
    if isinstance(annotation, type) and issubclass(annotation, Model):
        return schema_of(annotation)
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
