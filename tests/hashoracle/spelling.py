"""Other spellings of a message on the wire, which every parser reads as the same message."""

import random  # noqa: TID251 - the caller's, seeded
import struct
from collections.abc import Iterable
from typing import Any

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

from tests.hashoracle.anys import content

_MASK = 0xFFFFFFFFFFFFFFFF
_FIXED = {
    FieldDescriptor.TYPE_DOUBLE: "<d",
    FieldDescriptor.TYPE_FLOAT: "<f",
    FieldDescriptor.TYPE_FIXED32: "<I",
    FieldDescriptor.TYPE_FIXED64: "<Q",
    FieldDescriptor.TYPE_SFIXED32: "<i",
    FieldDescriptor.TYPE_SFIXED64: "<q",
}
_ZIGZAG = (FieldDescriptor.TYPE_SINT32, FieldDescriptor.TYPE_SINT64)
_TEXTS = (FieldDescriptor.TYPE_STRING, FieldDescriptor.TYPE_BYTES)


class Speller:
    """Writes messages with a share of unusual spellings between 0 and 1."""

    def __init__(self, source: random.Random, share: float) -> None:
        """Take the randomness."""
        self._source = source
        self._share = share

    def spelled(self, message: Message) -> bytes:
        """Return the bytes of a message."""
        return b"".join(self._pieces(message))

    def _pieces(self, message: Message) -> list[bytes]:
        """Return whole fields in an order in which they may stand."""
        rows = [self._field(field, value) for field, value in self._fields(message)]
        rows += [[self._default(field)] for field in self._unset(message) if self._odd()]
        if self._odd():
            rows.append([self._tagged(30_000, 2, self._sized(b"unknown"))])
        if not self._odd():
            return [piece for row in rows for piece in row]
        merged: list[bytes] = []
        while rows:
            row = self._source.choice(rows)
            merged.append(row.pop(0))
            rows = [each for each in rows if each]
        return merged

    def _fields(self, message: Message) -> Iterable[tuple[FieldDescriptor, Any]]:
        if not isinstance(message, AnyMessage):
            return message.ListFields()
        url, value = (message.DESCRIPTOR.fields_by_name[name] for name in ("type_url", "value"))
        inner = content(message)
        body = message.value if inner is None else self.spelled(inner)
        return [(url, message.type_url), *([(value, body)] if body else [])]

    def _unset(self, message: Message) -> list[Any]:
        held = {field.number for field, _ in message.ListFields()}
        return [
            field
            for field in message.DESCRIPTOR.fields
            if field.number not in held
            and not field.has_presence
            and not field.is_repeated
            and not isinstance(message, AnyMessage)
        ]

    def _default(self, field: FieldDescriptor) -> bytes:
        return self._written(field, field.default_value)

    def _field(self, field: FieldDescriptor, value: Any) -> list[bytes]:
        if field.message_type is not None and field.message_type.GetOptions().map_entry:
            entries = [self._entry(field, key, value[key]) for key in sorted(value)]
            if self._odd():
                self._source.shuffle(entries)
            return entries
        if field.is_repeated:
            return self._repeated(field, list(value))
        if field.message_type is None:
            before = [self._default(field)] if self._odd() else []
            return [*before, self._written(field, value)]
        pieces = self._pieces(value)
        cut = self._source.randint(0, len(pieces)) if self._odd() else 0
        halves = [pieces[:cut], pieces[cut:]] if cut else [pieces]
        return [self._tagged(field.number, 2, self._sized(b"".join(half))) for half in halves]

    def _repeated(self, field: FieldDescriptor, values: list[Any]) -> list[bytes]:
        packable = field.message_type is None and field.type not in _TEXTS
        if not packable or self._odd():
            return [self._written(field, each) for each in values]
        cut = self._source.randint(0, len(values)) if self._odd() else 0
        halves = [values[:cut], values[cut:]] if cut else [values]
        return [
            self._tagged(
                field.number, 2, self._sized(b"".join(self._scalar(field, each) for each in half))
            )
            for half in halves
        ]

    def _entry(self, field: Any, key: Any, value: Any) -> bytes:
        names = field.message_type.fields_by_name
        parts = [self._written(names["key"], key), self._written(names["value"], value)]
        if self._odd():
            parts.reverse()
        return self._tagged(field.number, 2, self._sized(b"".join(parts)))

    def _written(self, field: FieldDescriptor, value: Any) -> bytes:
        if field.message_type is not None:
            return self._tagged(field.number, 2, self._sized(self.spelled(value)))
        wire = {4: 5, 8: 1}.get(struct.calcsize(_FIXED.get(field.type, "")), 0)
        return self._tagged(
            field.number, 2 if field.type in _TEXTS else wire, self._scalar(field, value)
        )

    def _scalar(self, field: FieldDescriptor, value: Any) -> bytes:
        if field.type in _TEXTS:
            return self._sized(value.encode() if isinstance(value, str) else value)
        if field.type in _FIXED:
            return struct.pack(_FIXED[field.type], value)
        number = int(value)
        if field.type in _ZIGZAG:
            number = number << 1 ^ number >> 63
        return self._varint(number & _MASK)

    def _sized(self, payload: bytes) -> bytes:
        return self._varint(len(payload)) + payload

    def _tagged(self, number: int, wire: int, payload: bytes) -> bytes:
        return self._varint(number << 3 | wire) + payload

    def _varint(self, value: int) -> bytes:
        """Return a number, now and then with a byte more than it needs."""
        out = bytearray()
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        longer = len(out) < 4 and self._source.random() < self._share / 4
        return bytes(out) + (bytes([value | 128, 0]) if longer else bytes([value]))

    def _odd(self) -> bool:
        return self._source.random() < self._share
