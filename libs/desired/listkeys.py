"""Which lists of the kinds have keys, so that a strategic merge finds an item again.

Derived from the models: an item with a name is found by it, a reference by all that makes it one, a
port by its number. What the derivation would get wrong stands in a table.
"""

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, get_args, get_origin

from libs.meshapi.base import Model
from libs.meshapi.schema import bare, name_of
from libs.meshapi.virtualservice import (
    HTTPMatchRequest,
    L4MatchAttributes,
    TLSMatchAttributes,
)

Key = tuple[str, ...]
"""Fields that together name an item; a dot leads into a mapping."""

_REFERENCE = ("group", "kind", "namespace", "name", "section_name", "port")
_SINGLE = ("number", "port", "container_port", "address", "ip", "issuer", "header")

EXCEPTIONS: Mapping[type[Model], tuple[Key, ...]] = MappingProxyType(
    {
        # The name of a match is for statistics, and its port is what is matched.
        HTTPMatchRequest: (),
        L4MatchAttributes: (),
        TLSMatchAttributes: (),
    }
)
"""Items of which the derivation would be wrong."""


def keys_of(item: type[Model]) -> tuple[Key, ...]:
    """Return what may name an item of a list, the first that an item has is taken; () for none."""
    if item in EXCEPTIONS:
        return EXCEPTIONS[item]
    fields = item.model_fields
    write = partial(_written, item)
    if "kind" in fields and "name" in fields:
        return (tuple(write(one) for one in _REFERENCE if one in fields),)
    found: list[Key] = [(write("name"),)] if "name" in fields else []
    for attribute in _SINGLE:
        if attribute not in fields:
            continue
        inner = bare(fields[attribute].annotation)
        if not _is_model(inner):
            found.append((write(attribute),))
        elif "number" in inner.model_fields:
            found.append((f"{write(attribute)}.number",))
    if "destination" in fields:
        found.append((write("destination"),))
    return tuple(found)


def item_at(model: Any, name: str) -> tuple[Any, type[Model] | None]:
    """Return the type of a field by the name that users write, and its items' model in a list."""
    annotation = _field(model, name)
    if annotation is not None and get_origin(annotation) is tuple:
        item = bare(get_args(annotation)[0])
        return annotation, item if _is_model(item) else None
    return annotation, None


def _field(model: Any, name: str) -> Any:
    if get_origin(model) is not None and isinstance(get_origin(model), type):
        arguments = get_args(model)
        return bare(arguments[1]) if len(arguments) == 2 else None
    if not _is_model(model):
        return None
    for attribute, info in model.model_fields.items():
        if name_of(info, attribute) == name:
            return bare(info.annotation)
    return None


def _written(item: type[Model], attribute: str) -> str:
    return name_of(item.model_fields[attribute], attribute)


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Model)
