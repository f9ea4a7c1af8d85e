"""Protobuf's wire framing: varints, tags, and the fields of a message as slices."""

from __future__ import annotations

from collections.abc import Iterator

VARINT_BYTES_MAX = 10
_GROUP_START, _GROUP_END = 3, 4
_FIXED = {1: 8, 5: 4}


class MalformedError(ValueError):
    """The bytes are no message, or the JSON form does not fit the type; the text says where."""


def read_varint(buf: bytes, pos: int) -> tuple[int, int]:
    """Return the 64-bit value at `pos` and the position behind it."""
    value = shift = 0
    for at in range(pos, min(pos + VARINT_BYTES_MAX, len(buf))):
        byte = buf[at]
        value |= (byte & 127) << shift
        if byte < 128:
            return value & 0xFFFFFFFFFFFFFFFF, at + 1
        shift += 7
    raise MalformedError(f"byte {pos}: a number has no end; give a complete protobuf message.")


def varint(value: int) -> bytes:
    """Return the shortest form of a number from 0 to 2**64-1."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)


def delimited(number: int, payload: bytes) -> bytes:
    """Return a length-delimited field with its tag."""
    return varint(number << 3 | 2) + varint(len(payload)) + payload


def fields(buf: bytes) -> Iterator[tuple[int, int, int, int, int]]:
    """Give number, wire type, start of the tag, start and end of the value, for each field.

    Values of length-delimited fields are without their length. Groups are skipped.
    """
    pos, end = 0, len(buf)
    while pos < end:
        start = pos
        number, wire, begin, pos = field_at(buf, pos)
        if wire != _GROUP_START:
            yield number, wire, start, begin, pos


def field_at(buf: bytes, pos: int) -> tuple[int, int, int, int]:
    """Return number, wire type, start and end of the value of the field at `pos`."""
    tag, pos = read_varint(buf, pos)
    begin, end = _value(buf, tag >> 3, tag & 7, pos)
    return tag >> 3, tag & 7, begin, end


def _value(buf: bytes, number: int, wire: int, pos: int) -> tuple[int, int]:
    begin = pos
    if wire == 0:
        _, pos = read_varint(buf, pos)
    elif wire == 2:
        size, begin = read_varint(buf, pos)
        pos = begin + size
    elif wire in _FIXED:
        pos += _FIXED[wire]
    elif wire == _GROUP_START:
        pos = _after_group(buf, number, pos)
    else:
        raise MalformedError(f"byte {pos}: no wire type {wire} here; give a protobuf message.")
    if pos > len(buf) or not number:
        raise MalformedError(f"byte {begin}: the value runs out; give a complete message.")
    return begin, pos


def _after_group(buf: bytes, number: int, pos: int) -> int:
    """Return the position behind a group; groups nest without recursion."""
    open_groups = [number]
    while open_groups:
        tag, pos = read_varint(buf, pos)
        wire = tag & 7
        if wire == _GROUP_START:
            open_groups.append(tag >> 3)
        elif wire == _GROUP_END:
            if open_groups.pop() != tag >> 3:
                raise MalformedError(f"byte {pos}: another group ends here than began.")
        else:
            _, pos = _value(buf, tag >> 3, wire, pos)
    return pos
