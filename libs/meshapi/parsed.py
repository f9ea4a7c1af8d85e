"""What parsing a file gives: objects that know their places, and messages."""

import builtins
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from libs.kernel.messages import Message
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.positions import Places


class Unbuilt(NamedTuple):
    """An object that is not built yet: how, of which model, and the parts of its identity."""

    build: Callable[[], MeshObject]
    model: type[MeshObject]
    key: tuple[str, str, str, str]


class ParsedObject:
    """A valid object, where it starts, and where its parts stand.

    One that an earlier process parsed is built when somebody first reads it.
    """

    __slots__ = ("_held", "_key", "model", "origin", "positions")

    def __init__(self, held: MeshObject | Unbuilt, origin: Origin, positions: Places) -> None:
        """Hold an object, or what builds it."""
        self._held = held
        self._key: tuple[str, str, str, str] | None
        self.model: type[MeshObject]
        if isinstance(held, Unbuilt):
            self.model, self._key = held.model, held.key
        else:
            self.model, self._key = type(held), None
        self.origin = origin
        self.positions = positions

    @property
    def object(self) -> MeshObject:
        """The object itself."""
        if isinstance(self._held, Unbuilt):
            self._held = self._held.build()
        return self._held

    @property
    def key(self) -> ObjectKey:
        """Identity of the object."""
        return self.object.key if self._key is None else ObjectKey(*self._key)

    def __eq__(self, other: builtins.object) -> bool:
        """Tell whether it is an equal object at an equal place."""
        if not isinstance(other, ParsedObject):
            return NotImplemented
        same: bool = self.origin == other.origin and self.object == other.object
        return same

    def __hash__(self) -> int:
        """Equal ones stand at one place."""
        return hash(self.origin)

    def __repr__(self) -> str:
        """Show what it is and where."""
        return f"ParsedObject({self.key} at {self.origin})"


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The valid objects of a file in their order, and all messages by line.

    An object with an error is not among the objects.
    """

    objects: tuple[ParsedObject, ...]
    messages: tuple[Message, ...]
