"""Messages of Google's that have a JSON form of their own: times, field masks, free-form values."""

from __future__ import annotations

import calendar
import re
import struct
import time
from collections.abc import Mapping
from typing import Any

from libs.confighash.wire import MalformedError, delimited, varint

_P = "google.protobuf."
VALUE = frozenset(_P + name for name in ("Struct", "Value", "ListValue"))
SPELLED = frozenset(_P + name for name in ("Duration", "Timestamp", "FieldMask"))
WRAPPERS = frozenset(
    f"{_P}{kind}Value"
    for kind in ("Double", "Float", "Int64", "UInt64", "Int32", "UInt32", "Bool", "String", "Bytes")
)
_DURATION = re.compile(r"(-?)(\d{1,12})(?:\.(\d{1,9}))?s")
_TIME = re.compile(
    r"(\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?"
    r"(?:[Zz]|([+-])(\d\d):(\d\d))"
)


def spelled(value: Any, name: str) -> bytes:
    """Return a Duration, Timestamp or FieldMask from its text."""
    if not isinstance(value, str):
        raise MalformedError(f"{name}: {value!r:.60} is no text; write for example 1.5s.")
    if name == f"{_P}FieldMask":
        paths = (_snake(path) for path in value.split(",") if path)
        return b"".join(delimited(1, path.encode()) for path in paths)
    return _duration(value) if name == f"{_P}Duration" else _timestamp(value)


def value_bytes(value: Any, name: str, depth: int) -> bytes:  # noqa: PLR0911 - one a kind
    """Return a Struct, ListValue or Value from what JSON has for it."""
    if depth < 1:
        raise MalformedError(f"{name}: nested too deeply; flatten it.")
    if name == f"{_P}Struct":
        return _struct(value, depth)
    if name == f"{_P}ListValue":
        return _list(value, depth)
    if value is None:
        return b"\x08\0"
    if isinstance(value, bool):
        return b"\x20" + varint(value)
    if isinstance(value, (int, float)):
        return b"\x11" + struct.pack("<d", value)
    if isinstance(value, str):
        return delimited(3, value.encode())
    if isinstance(value, Mapping):
        return delimited(5, _struct(value, depth - 1))
    return delimited(6, _list(value, depth - 1))


def _struct(value: Any, depth: int) -> bytes:
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        raise MalformedError(f"{_P}Struct: {value!r:.60} is no object with keys that are text.")
    return b"".join(
        delimited(
            1,
            delimited(1, key.encode()) + delimited(2, value_bytes(item, f"{_P}Value", depth - 1)),
        )
        for key, item in value.items()
    )


def _list(value: Any, depth: int) -> bytes:
    if not isinstance(value, (list, tuple)):
        raise MalformedError(f"{_P}ListValue: {value!r:.60} is no list; write a list.")
    return b"".join(delimited(1, value_bytes(item, f"{_P}Value", depth - 1)) for item in value)


def _duration(text: str) -> bytes:
    match = _DURATION.fullmatch(text)
    if match is None:
        raise MalformedError(f"{_P}Duration: {text!r:.60} is no duration; write for example 1.5s.")
    sign = -1 if match[1] else 1
    return _seconds(sign * int(match[2]), sign * int((match[3] or "").ljust(9, "0")))


def _timestamp(text: str) -> bytes:
    match = _TIME.fullmatch(text)
    if match is None:
        example = "2024-01-02T03:04:05Z"
        raise MalformedError(
            f"{_P}Timestamp: {text!r:.60} is no time; write for example {example}."
        )
    try:
        seconds = calendar.timegm(time.strptime(match[1].upper(), "%Y-%m-%dT%H:%M:%S"))
    except ValueError as error:
        raise MalformedError(f"{_P}Timestamp: {text!r:.60} is no date.") from error
    if match[3]:
        offset = int(match[4]) * 3600 + int(match[5]) * 60
        seconds += -offset if match[3] == "+" else offset
    return _seconds(seconds, int((match[2] or "").ljust(9, "0")))


def _seconds(seconds: int, nanos: int) -> bytes:
    mask = 0xFFFFFFFFFFFFFFFF
    return b"\x08" + varint(seconds & mask) + b"\x10" + varint(nanos & mask)


def _snake(path: str) -> str:
    return re.sub("[A-Z]", lambda match: "_" + match[0].lower(), path)
