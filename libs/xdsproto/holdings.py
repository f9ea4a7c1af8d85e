"""What a client has, resource by resource, as its stream knows it."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.xdsproto.typestate import TypeState


class Standing(Enum):
    """How a client stands to the version of a resource that it was sent last."""

    HELD = "held"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Holding:
    """One resource. `error` is the text of the NACK where the client refused it."""

    type_url: TypeUrl
    name: ResourceName
    version: Version
    standing: Standing
    error: str = ""


def holdings(state: TypeState) -> Iterator[Holding]:
    """Tell of every resource of a type, in the order of names."""
    for name, version in sorted(state.told.items()):
        error = state.refused.get(name)
        if error is not None:
            yield Holding(state.type_url, name, version, Standing.REFUSED, error)
        else:
            standing = Standing.SENT if name in state.pending else Standing.HELD
            yield Holding(state.type_url, name, version, standing)
