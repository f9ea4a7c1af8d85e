"""Small changes of a message, anywhere in it: values, presence, order, members of a oneof."""

import random  # noqa: TID251 - the caller's, seeded
from collections.abc import Iterator
from typing import Any, TypeVar

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from tests.hashoracle.anys import content

M = TypeVar("M", bound=Message)


def changed(message: M, source: random.Random) -> M:
    """Return a copy with one change, which may come to nothing (a swap of equals)."""
    made = type(message)()
    made.CopyFrom(message)
    holder = source.choice(list(_messages(made)))
    if isinstance(holder, AnyMessage):
        inner = content(holder)
        if inner is not None:
            holder.Pack(changed(inner, source), deterministic=True)
        return made
    fields = [field for field, _ in holder.ListFields()]
    unset = [each for each in holder.DESCRIPTOR.fields if each not in fields]
    if fields and source.random() < 0.8:
        _change(holder, source.choice(fields), source)
    elif unset:
        _set(holder, source.choice(unset))
    return made


def _messages(message: Message) -> Iterator[Message]:
    """Give a message and all within it."""
    yield message
    if isinstance(message, AnyMessage):
        return
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            if field.message_type.fields_by_name["value"].message_type is not None:
                for key in sorted(value):
                    yield from _messages(value[key])
        else:
            for each in value if field.is_repeated else [value]:
                yield from _messages(each)


def _set(holder: Message, field: Any) -> None:
    """Make an absent field present: empty, or with its default, or with one element."""
    if field.is_repeated:
        if field.message_type is None:
            getattr(holder, field.name).append(_other(field, field.default_value or ""))
        elif not field.message_type.GetOptions().map_entry:
            getattr(holder, field.name).add()
    elif field.message_type is not None:
        getattr(holder, field.name).SetInParent()
    else:
        setattr(holder, field.name, field.default_value)


def _change(holder: Message, field: FieldDescriptor, source: random.Random) -> None:
    value = getattr(holder, field.name)
    if source.random() < 0.2:
        holder.ClearField(field.name)
    elif field.is_repeated:
        _change_repeated(holder, field, source)
    elif field.message_type is not None:
        value.SetInParent()
        value.Clear()
        value.SetInParent()
    else:
        setattr(holder, field.name, _other(field, value))


def _change_repeated(holder: Message, field: FieldDescriptor, source: random.Random) -> None:
    value = getattr(holder, field.name)
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        value.pop(source.choice(sorted(value)))
        return
    values = list(value)
    if source.random() < 0.5:
        source.shuffle(values)
    else:
        values.pop(source.randrange(len(values)))
    holder.ClearField(field.name)
    getattr(holder, field.name).extend(values)


def _other(field: FieldDescriptor, value: Any) -> Any:
    """Return another value of a scalar."""
    if field.type == FieldDescriptor.TYPE_STRING:
        return f"{value}1"
    if field.type == FieldDescriptor.TYPE_BYTES:
        return (value or b"") + b"1"
    if field.type == FieldDescriptor.TYPE_BOOL:
        return not value
    if field.enum_type is not None:
        numbers = [each.number for each in field.enum_type.values]
        at = numbers.index(value) + 1 if value in numbers else 0
        return numbers[at % len(numbers)]
    return value + 1 if value else 1
