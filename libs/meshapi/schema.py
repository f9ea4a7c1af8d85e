"""What a model allows at a place, for messages: names of fields, words of an enumeration."""

import types
from collections.abc import Mapping
from difflib import get_close_matches
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from libs.meshapi.base import Model
from libs.meshapi.quoting import quoted

_NEAR_ENOUGH = 0.6
_LISTED_MAX = 40


def annotation_at(model: type[Model], path: tuple[str | int, ...]) -> Any:
    """Return the type that stands at `path` below `model`, None where there is none."""
    current: Any = model
    for part in path:
        current = _inside(bare(current), part)
        if current is None:
            return None
    return bare(current)


def field_names(model: Any) -> tuple[str, ...]:
    """Return the names that users may write in `model`; none for what is no model."""
    if not (isinstance(model, type) and issubclass(model, Model)):
        return ()
    return tuple(name_of(field, attribute) for attribute, field in model.model_fields.items())


def name_of(field: Any, attribute: str) -> str:
    """Return the name under which users write a field."""
    return str(field.validation_alias or field.alias or attribute)


def attribute_of(model: type[Model], name: str) -> str:
    """Return the attribute that users write as `name`. Raises `KeyError` when there is none."""
    return {name_of(info, attribute): attribute for attribute, info in model.model_fields.items()}[
        name
    ]


def model_inside(annotation: Any) -> type[Model]:
    """Return the model that an annotation holds, itself or as items of a tuple."""
    found = bare(annotation)
    found = bare(get_args(found)[0]) if get_origin(found) is tuple else found
    if not (isinstance(found, type) and issubclass(found, Model)):
        raise TypeError(f"{found} holds no model")
    return found


def suggestion(name: str, allowed: tuple[str, ...]) -> str:
    """Say what to write instead of `name`: the nearest name, or all of them."""
    lowered = {one.lower(): one for one in allowed}
    bare = name.replace("_", "").replace("-", "").lower()
    near = get_close_matches(bare, lowered, n=1, cutoff=_NEAR_ENOUGH)
    if near:
        return f"did you mean {quoted(lowered[near[0]])}?"
    if not allowed:
        return "remove it"
    listed = ", ".join(f"`{one}`" for one in allowed[:_LISTED_MAX])
    return f"known here: {listed}"


def words(annotation: Any) -> tuple[str, ...]:
    """Return the words of an enumeration, in their order."""
    values = get_args(annotation) if get_origin(annotation) is Literal else ()
    return tuple(str(one) for one in values)


def bare(annotation: Any) -> Any:
    """Return a type without `Annotated` and `| None`."""
    while True:
        origin = get_origin(annotation)
        if origin is Annotated:
            annotation = get_args(annotation)[0]
        elif origin in (Union, types.UnionType):
            annotation = next(one for one in get_args(annotation) if one is not types.NoneType)
        else:
            return annotation


def _inside(annotation: Any, part: str | int) -> Any:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if isinstance(part, int):
        return arguments[0] if origin is tuple else None
    if origin is Mapping:
        return arguments[1]
    if not (isinstance(annotation, type) and issubclass(annotation, Model)):
        return None
    for attribute, field in annotation.model_fields.items():
        if name_of(field, attribute) == part:
            return field.annotation
    return None
