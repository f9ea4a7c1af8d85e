"""The canonical form of a message: one byte string for all that Envoy takes as equal.

Fields ascend; unknown fields and implicit defaults are gone; map entries are sorted and complete;
scalars that repeat are packed; numbers are shortest; split sub-messages are joined; what is inside
an `Any` of a known type is canonical as well. A message that is so already is found by one scan
and is not copied.
"""

from __future__ import annotations

import struct

from libs.confighash.schema import SCHEMAS, Field, Schema, knows
from libs.confighash.wire import MalformedError, delimited, fields, read_varint, varint

DEPTH_MAX = 100
ANY = "google.protobuf.Any"
SEEN_BYTES_MAX = 512
"""Messages up to this size are remembered per type: timeouts, addresses and policies repeat."""
SEEN_ENTRIES_MAX = 4096
_Child = tuple[int, int, int, Field]
_ZERO = {0: b"\0", 1: b"\0" * 8, 5: b"\0" * 4}


def canonical(buf: bytes, name: str) -> bytes:
    """Return the canonical form of a message of a known type; MalformedError when it is none."""
    made = _message(buf, 0, len(buf), SCHEMAS[name], DEPTH_MAX)
    return buf if made is None else made


def _message(buf: bytes, start: int, end: int, schema: Schema, depth: int) -> bytes | None:
    """Return the canonical form, or None when `buf[start:end]` is that already."""
    if not depth:
        raise MalformedError(f"{schema.name}: nested deeper than {DEPTH_MAX}; flatten it.")
    if end - start > SEEN_BYTES_MAX:
        return _scanned(buf, start, end, schema, depth)
    piece, seen = buf[start:end], schema.seen
    if piece in seen:
        return seen[piece]
    made = _scanned(piece, 0, len(piece), schema, depth)
    if len(seen) >= SEEN_ENTRIES_MAX:
        seen.clear()
    seen[piece] = made
    return made


def _scanned(buf: bytes, start: int, end: int, schema: Schema, depth: int) -> bytes | None:
    if schema.name == ANY:
        made = _any(buf[start:end], depth)
        return None if made == buf[start:end] else made
    children = _clean(buf, start, end, schema)
    if children is None:
        made = _rewritten(buf[start:end], schema, depth)
        return None if made == buf[start:end] else made
    return _patched(buf, start, end, children, depth) if children else None


def _patched(buf: bytes, start: int, end: int, children: list[_Child], depth: int) -> bytes | None:
    """Return the message with the children replaced that are not canonical, if there are any."""
    out: list[bytes] = []
    for at, begin, stop, field in children:
        schema = SCHEMAS[field[4]]
        # What was seen before is found without a call: most sub-messages are small and repeat.
        made = (
            schema.seen.get(buf[begin:stop], schema) if stop - begin <= SEEN_BYTES_MAX else schema
        )
        if made is schema:
            made = _message(buf, begin, stop, schema, depth - 1)
        if made is not None:
            out += (buf[start:at], varint(len(made)), made)
            start = stop
    if not out:
        return None
    out.append(buf[start:end])
    return b"".join(out)


def _clean(  # noqa: C901, PLR0911, PLR0912 - calls would cost more than the work
    buf: bytes, pos: int, end: int, schema: Schema
) -> list[_Child] | None:
    """Return the sub-messages of a message whose own fields are canonical, else None.

    Written for speed: one look-up a field, no call unless a number has several bytes.
    """
    tags, last, oneofs = schema.tags, 0, 0
    children: list[_Child] = []
    try:
        while pos < end:
            tag = buf[pos]
            pos += 1
            if tag > 127:
                tag, pos = read_varint(buf, pos - 1)
                if not buf[pos - 1]:
                    return None
            field = tags.get(tag)
            if field is None:
                return None
            label = field[2]
            if tag <= last and (tag != last or label != "*" or field[3] not in "sym"):
                return None
            last = tag
            if label == "@":
                if oneofs >> field[5] & 1:
                    return None
                oneofs |= 1 << field[5]
            if tag & 7 == 2:
                size = buf[pos]
                at, pos = pos, pos + 1
                if size > 127:
                    size, pos = read_varint(buf, at)
                    if buf[pos - 1] == 0:
                        return None
                kind = field[3]
                if label == "%" or (label == "" and not size):
                    return None
                if kind == "m":
                    children.append((at, pos, pos + size, field))
                elif kind not in "sy" and not _packed_is_clean(buf, pos, pos + size, field):
                    return None
                pos += size
            elif buf[pos] < 128 and field[3] in "eiuIU" and (buf[pos] or label != ""):
                pos += 1
            else:
                stop = _scalar_end(buf, pos, field)
                if not stop:
                    return None
                pos = stop
    except IndexError:
        pos = end + 1
    if pos != end:
        raise MalformedError(f"{schema.name}: the bytes end within a field; give all of them.")
    return children


def _scalar_end(buf: bytes, pos: int, field: Field) -> int:
    """Return the position behind a canonical number, 0 when it is not canonical."""
    wire = field.wire
    if wire:
        stop = pos + (8 if wire == 1 else 4)
        return 0 if field.label == "" and not any(buf[pos:stop]) else stop
    byte = buf[pos]
    if byte < 128 and field.kind != "b":
        return 0 if field.label == "" and not byte else pos + 1
    value, stop = read_varint(buf, pos)
    if varint(_number(value, field.kind)) != buf[pos:stop] or (field.label == "" and not value):
        return 0
    return stop


def _packed_is_clean(buf: bytes, pos: int, end: int, field: Field) -> bool:
    if pos == end:
        return False
    body = buf[pos:end]
    return _packed([body], field) == body


def _packed(values: list[bytes], field: Field) -> bytes:
    body = b"".join(values)
    if field.wire:
        if len(body) % (8 if field.wire == 1 else 4):
            raise MalformedError(f"{field.name}: half a number; give all bytes.")
        return body
    out, pos = [], 0
    while pos < len(body):
        value, pos = read_varint(body, pos)
        out.append(varint(_number(value, field.kind)))
    return b"".join(out)


def _number(value: int, kind: str) -> int:
    """Return what a parser keeps of a number: 32-bit kinds are cut and sign-extended."""
    if kind == "b":
        return 1 if value else 0
    if kind in "uz":
        return value & 0xFFFFFFFF
    if kind in "ie":
        value &= 0xFFFFFFFF
        return value | 0xFFFFFFFF00000000 if value >> 31 else value
    return value


def _rewritten(buf: bytes, schema: Schema, depth: int) -> bytes:
    """Return the canonical form by taking the message apart."""
    values: dict[int, list[bytes]] = {}
    arms: dict[int, int] = {}
    for number, wire, _, begin, stop in fields(buf):
        field = schema.by_number.get(number)
        if field is None or not (wire == field.wire or (wire == 2 and field.packable)):
            continue
        if field.label == "@":
            previous = arms.get(field.oneof, number)
            if previous != number:
                values.pop(previous, None)
            arms[field.oneof] = number
        values.setdefault(number, []).append(buf[begin:stop])
    parts = (_field(schema.by_number[number], values[number], depth) for number in sorted(values))
    return b"".join(parts)


def _field(field: Field, values: list[bytes], depth: int) -> bytes:
    """Return all occurrences of a field in canonical form."""
    if field.label == "%":
        return _map(field, values, depth)
    if field.packable:
        body = _packed(values, field)
        return delimited(field.number, body) if body else b""
    if field.label == "*":
        return b"".join(delimited(field.number, _value(field, each, depth)) for each in values)
    raw = b"".join(values) if field.kind == "m" else values[-1]
    value = _value(field, raw, depth)
    if field.label == "" and value in (b"", _ZERO.get(field.wire)):
        return b""
    if field.wire == 2:
        return delimited(field.number, value)
    return varint(field.number << 3 | field.wire) + value


def _value(field: Field, raw: bytes, depth: int) -> bytes:
    if field.kind == "m":
        made = _message(raw, 0, len(raw), SCHEMAS[field.ref], depth - 1)
        return raw if made is None else made
    return raw if field.wire else varint(_number(read_varint(raw, 0)[0], field.kind))


def _map(field: Field, entries: list[bytes], depth: int) -> bytes:
    """Return entries sorted by key, the last of equal keys, key and value always written."""
    key = Field(1, "key", "?", field.key, "", -1, "")
    value = Field(2, "value", "?", field.kind, field.ref, -1, "")
    found: dict[bytes, bytes] = {}
    for entry in entries:
        seen: dict[int, list[bytes]] = {}
        for number, wire, _, begin, stop in fields(entry):
            if number in (1, 2) and wire == (key, value)[number - 1].wire:
                seen.setdefault(number, []).append(entry[begin:stop])
        keys = _field(key, seen.get(1, [_ZERO.get(key.wire, b"")]), depth)
        found[keys] = _field(value, seen.get(2, [_ZERO.get(value.wire, b"")]), depth)
    order = sorted(found, key=lambda each: _key_order(each, field.key))
    return b"".join(delimited(field.number, each + found[each]) for each in order)


def _key_order(written: bytes, kind: str) -> tuple[int, bytes]:
    """Return what to sort by: text by its bytes, numbers by their value."""
    (_, _, _, begin, stop), *_ = fields(written)
    raw = written[begin:stop]
    if kind == "s":
        return 0, raw
    if kind in "fFxX":
        letter = {"f": "<I", "F": "<Q", "x": "<i", "X": "<q"}[kind]
        return int(struct.unpack(letter, raw)[0]), b""
    number = read_varint(raw, 0)[0]
    if kind in "zZ":
        return (number >> 1) ^ -(number & 1), b""
    return number - (1 << 64) if kind in "iI" and number >> 63 else number, b""


def _any(buf: bytes, depth: int) -> bytes:
    """Return an Any whose content is canonical where its type is known, opaque where not."""
    url, body = b"", b""
    for number, wire, _, begin, stop in fields(buf):
        if wire == 2 and number == 1:
            url = buf[begin:stop]
        elif wire == 2 and number == 2:
            body = buf[begin:stop]
    name = url.decode("utf-8", "replace").rpartition("/")[2]
    if knows(name):
        made = _message(body, 0, len(body), SCHEMAS[name], depth - 1)
        body = body if made is None else made
    return (delimited(1, url) if url else b"") + (delimited(2, body) if body else b"")
