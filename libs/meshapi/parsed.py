"""What parsing a file gives: objects that know their places, and messages."""

from dataclasses import dataclass, field

from libs.kernel.messages import Message
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.positions import Places


@dataclass(frozen=True, slots=True)
class ParsedObject:
    """A valid object, where it starts, and where its parts stand."""

    object: MeshObject
    origin: Origin
    positions: Places = field(compare=False, repr=False)

    @property
    def key(self) -> ObjectKey:
        """Identity of the object."""
        return self.object.key


@dataclass(frozen=True, slots=True)
class ParsedFile:
    """The valid objects of a file in their order, and all messages by line.

    An object with an error is not among the objects.
    """

    objects: tuple[ParsedObject, ...]
    messages: tuple[Message, ...]
