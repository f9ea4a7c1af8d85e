"""Protobuf's JSON form, as JSON or YAML readers give it, to the canonical form of bytes.

Takes every spelling that protobuf's JSON mapping takes: both name styles, enum names and numbers,
numbers as text, durations with any number of zeros, wrappers as bare values, `@type`.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Mapping
from typing import Any

from libs.confighash.canonical import ANY, DEPTH_MAX, canonical
from libs.confighash.schema import SCHEMAS, Field, enum, knows
from libs.confighash.wellknown import SPELLED, VALUE, WRAPPERS, spelled, value_bytes
from libs.confighash.wire import MalformedError, delimited, varint

_PACK = {"r": "<f", "d": "<d", "f": "<I", "F": "<Q", "x": "<i", "X": "<q"}


def from_json(value: Any, name: str) -> bytes:
    """Return the canonical bytes of a message in JSON form; MalformedError says what is wrong."""
    return canonical(_message(value, name, DEPTH_MAX), name)


def _message(value: Any, name: str, depth: int) -> bytes:
    if not depth:
        raise MalformedError(f"{name}: nested deeper than {DEPTH_MAX}; flatten it.")
    if name == ANY:
        return _any(value, depth)
    if name in VALUE:
        return value_bytes(value, name, depth)
    if name in SPELLED:
        return spelled(value, name)
    if name in WRAPPERS:
        return _field(SCHEMAS[name].by_number[1], value, depth)
    if not isinstance(value, Mapping):
        raise MalformedError(f"{name}: {value!r:.60} is no object; write its fields by name.")
    out = []
    for key, item in value.items():
        field = SCHEMAS[name].by_name.get(key)
        if field is None:
            raise MalformedError(f"{name}: it has no field `{key}`; remove it or correct the name.")
        if item is not None or field.ref == "google.protobuf.Value":
            out.append(_field(field, item, depth - 1))
    return b"".join(out)


def _field(field: Field, value: Any, depth: int) -> bytes:
    if field.label == "%":
        return _map(field, value, depth)
    if field.label == "*":
        if not isinstance(value, (list, tuple)):
            raise MalformedError(f"{field.name}: {value!r:.60} is no list; write a list.")
        return b"".join(_single(field, item, depth) for item in value)
    return _single(field, value, depth)


def _map(field: Field, value: Any, depth: int) -> bytes:
    if not isinstance(value, Mapping):
        raise MalformedError(f"{field.name}: {value!r:.60} is no object; write keys and values.")
    keys = Field(1, field.name, "?", field.key, "", -1, "")
    values = Field(2, field.name, "?", field.kind, field.ref, -1, "")
    entries = (
        _single(keys, key, depth) + _single(values, item, depth) for key, item in value.items()
    )
    return b"".join(delimited(field.number, entry) for entry in entries)


def _single(field: Field, value: Any, depth: int) -> bytes:
    try:
        raw = _raw(field, value, depth)
    except MalformedError:
        raise
    except (ValueError, TypeError, OverflowError, KeyError, struct.error, binascii.Error) as error:
        advice = f"{field.name}: {value!r:.60} does not fit the field; write a value of its type."
        raise MalformedError(advice) from error
    if field.wire == 2:
        return delimited(field.number, raw)
    return varint(field.number << 3 | field.wire) + raw


def _raw(field: Field, value: Any, depth: int) -> bytes:  # noqa: PLR0911 - one a kind
    kind = field.kind
    if kind == "m":
        return _message(value, field.ref, depth - 1)
    if kind == "s":
        if not isinstance(value, str):
            raise MalformedError(f"{field.name}: {value!r:.60} is no text; put it in quotes.")
        return value.encode()
    if kind == "y":
        text = value.translate({45: "+", 95: "/"})
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    if kind in "rd":
        return struct.pack(_PACK[kind], float(value))
    if kind == "b":
        if value not in (True, False, "true", "false"):
            raise MalformedError(f"{field.name}: {value!r:.60} is no truth; write true or false.")
        return varint(value in (True, "true"))
    if kind == "e" and isinstance(value, str) and not value.lstrip("-").isdigit():
        return varint(enum(field.ref)[value] & 0xFFFFFFFFFFFFFFFF)
    return _integer(field, value)


def _integer(field: Field, value: Any) -> bytes:
    number = _whole(value)
    bits = 64 if field.kind in "IUZFX" else 32
    low, high = (0, 1 << bits) if field.kind in "uUfF" else (-(1 << bits - 1), 1 << bits - 1)
    if not low <= number < high:
        raise MalformedError(f"{field.name}: {number} is out of range; write {low} to {high - 1}.")
    if field.kind in _PACK:
        return struct.pack(_PACK[field.kind], number)
    if field.kind in "zZ":
        return varint((number << 1) ^ (number >> 63))
    return varint(number & 0xFFFFFFFFFFFFFFFF)


def _whole(value: Any) -> int:
    """Return the integer that 2, "2" and 2.0 spell; ValueError for all else."""
    if isinstance(value, bool):
        raise TypeError("a truth is no number")
    if isinstance(value, str):
        try:
            return int(value)
        except ValueError:
            value = float(value)
    if value != int(value):
        raise ValueError("not whole")
    return int(value)


def _any(value: Any, depth: int) -> bytes:
    if not isinstance(value, Mapping):
        raise MalformedError(f"{ANY}: {value!r:.60} is no object; write one with `@type`.")
    if not value:
        return b""
    url = value.get("@type")
    name = str(url).rpartition("/")[2]
    if not isinstance(url, str) or not knows(name):
        raise MalformedError(
            f"@type: {url!r:.80} is not known; write the type of an Envoy message."
        )
    own_form = name in VALUE or name in SPELLED or name in WRAPPERS or name == ANY
    content = {key: item for key, item in value.items() if key != "@type"}
    body = _message(content.get("value") if own_form else content, name, depth - 1)
    return delimited(1, url.encode()) + (delimited(2, body) if body else b"")
