"""What all models share: frozen, strict, closed to unknown fields, camelCase outside.

Users write the camelCase alias only; code constructs by attribute name. Sequences are tuples and
maps keep their keys sorted, so that two objects that say the same thing iterate the same way.
"""

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_SPELLINGS = {
    "cidrs": "CIDRs",
    "ip": "IP",
    "ips": "IPs",
}


def alias_of(attribute: str) -> str:
    """Return the name that users write for an attribute: `pod_cidrs` is `podCIDRs`."""
    first, *rest = attribute.split("_")
    return first + "".join(_SPELLINGS.get(word) or word.capitalize() for word in rest)


Alternatives = tuple[tuple[str, ...], ...]
"""Groups of attributes of which at most one is written and not empty."""


class Model(BaseModel):
    """Base of every model. Equal content is equal; nothing can be changed after construction.

    What a model declares in `ALTERNATIVES` the rules judge and the CRDs say.
    """

    ALTERNATIVES: ClassVar[Alternatives] = ()

    model_config = ConfigDict(
        frozen=True,
        defer_build=True,  # of two hundred models a process uses a few
        strict=True,
        extra="forbid",
        alias_generator=alias_of,
        validate_by_alias=True,
        validate_by_name=True,
        hide_input_in_errors=True,
        ser_json_inf_nan="null",
    )


def _sorted_by_key(value: Mapping[str, Any]) -> Mapping[str, Any]:
    return dict(sorted(value.items())) if len(value) > 1 else value


def _settled(value: Any) -> Any:
    """Sort maps and make lists tuples at every depth, so that JSON gives back what YAML gave."""
    if isinstance(value, Mapping):
        return {key: _settled(one) for key, one in sorted(value.items())}
    if isinstance(value, list | tuple):
        return tuple(_settled(one) for one in value)
    return value


SORTED = AfterValidator(_sorted_by_key)
"""Gives a map the order of its keys."""

StringMap = Annotated[Mapping[str, str], SORTED]
"""Text by name, in the order of the names."""

FreeForm = Annotated[Mapping[str, Any], AfterValidator(_settled)]
"""A JSON object that is carried and not interpreted."""

FreeValue = Annotated[Any, AfterValidator(_settled)]
"""Any JSON that is carried and not interpreted."""

Port = Annotated[int, Field(ge=1, le=65535)]
"""A TCP or UDP port number."""

Percent = Annotated[float, Field(ge=0, le=100, allow_inf_nan=False)]
"""A share in percent."""

Count = Annotated[int, Field(ge=0, le=2**31 - 1)]
"""A number of things: never negative, at most what 32 bits hold."""

UnsignedCount = Annotated[int, Field(ge=0, le=2**32 - 1)]
"""A number of things in an unsigned field of 32 bits."""

PortOrNone = Annotated[int, Field(ge=0, le=65535)]
"""A TCP or UDP port number, or 0 for none."""
