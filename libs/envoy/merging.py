"""Merging one message into another as Istio does it for patches.

Scalars that are set replace, messages merge, lists are appended, entries of maps replace. Spans of
time replace as a whole, and what is inside an Any merges when both are of one type.
"""

from typing import Any, Final

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from protogen.envoy.config.core.v3 import base_pb2

from libs.envoy.anys import pack
from libs.envoy.anytypes import opened

_WHOLE: Final = (Duration,)


def merge(target: Message, patch: Message, *, replace_lists: bool = False) -> None:
    """Merge `patch` into `target`, which is of the same type; with `replace_lists` lists replace.

    A wrapped zero or false does not count as set: a message of it merges as empty.
    """
    for field, value in patch.ListFields():
        name = field.name
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            _merge_map(getattr(target, name), value, field.message_type.fields_by_name["value"])
        elif field.is_repeated:
            if replace_lists:
                target.ClearField(name)
            getattr(target, name).extend(value)
        elif field.message_type is None:
            setattr(target, name, value)
        else:
            inside: Message = getattr(target, name)
            inside.SetInParent()
            _merge_message(inside, value, replace_lists=replace_lists)


def _merge_map(target: Any, patch: Any, of_value: Any) -> None:
    for key, value in patch.items():
        if of_value.message_type is None:
            target[key] = value
        else:
            target[key].CopyFrom(value)


def _merge_message(target: Message, patch: Message, *, replace_lists: bool) -> None:
    if isinstance(target, AnyMessage) and isinstance(patch, AnyMessage):
        if not merge_any(target, patch, replace_lists=replace_lists):
            target.CopyFrom(patch)
    elif isinstance(target, _WHOLE) or _other_socket(target, patch):
        target.CopyFrom(patch)
    else:
        merge(target, patch, replace_lists=replace_lists)


def _other_socket(target: Message, patch: Message) -> bool:
    """Two transport sockets of different names have nothing in common."""
    return (
        isinstance(target, base_pb2.TransportSocket)
        and isinstance(patch, base_pb2.TransportSocket)
        and target.name not in ("", patch.name)
    )


def merge_any(target: AnyMessage, patch: AnyMessage, *, replace_lists: bool = False) -> bool:
    """Merge what is inside when both are of one type; say whether they were."""
    if target.TypeName() != patch.TypeName():
        return False
    into, value = opened(target), opened(patch)
    if into is None or value is None:
        return False
    merge(into, value, replace_lists=replace_lists)
    target.CopyFrom(pack(into))
    return True
