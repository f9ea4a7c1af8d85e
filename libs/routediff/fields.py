"""Fields of messages that nothing here reads: compared as they are, so that none is passed over."""

from collections.abc import Collection
from typing import TypeVar

from google.protobuf.message import Message

_M = TypeVar("_M", bound=Message)


def unread(message: Message, read: Collection[str]) -> dict[str, bytes]:
    """Return the fields that are set and not in `read`, each in its serialised form."""
    return {
        field.name: only(message, field.name).SerializeToString(deterministic=True)
        for field, _ in message.ListFields()
        if field.name not in read
    }


def only(message: _M, name: str) -> _M:
    """Return a copy of a message with one of its fields."""
    copy = type(message)()
    copy.CopyFrom(message)
    for field, _ in message.ListFields():
        if field.name != name:
            copy.ClearField(field.name)
    return copy
