"""The default of a field that was not written, as a plain value."""

from typing import Any

from pydantic_core import PydanticUndefined, to_jsonable_python

from libs.desired.sourced import Path
from libs.meshapi.base import Model
from libs.meshapi.schema import annotation_at, name_of


def default_of(model: type[Model] | None, path: Path) -> Any:
    """Return the default of the field at a path of a model; None where there is none."""
    if model is None or not path or isinstance(path[-1], int):
        return None
    parent = annotation_at(model, path[:-1])
    if not (isinstance(parent, type) and issubclass(parent, Model)):
        return None
    for attribute, field in parent.model_fields.items():
        if name_of(field, attribute) == path[-1]:
            found = field.get_default(call_default_factory=True)
            unset = found is None or found is PydanticUndefined
            return None if unset else to_jsonable_python(found, by_alias=True, exclude_none=True)
    return None
