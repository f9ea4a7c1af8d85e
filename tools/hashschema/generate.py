"""One line of text for each package of Envoy's API: messages, their fields, and enums.

The notation is described where it is read, in `libs.confighash.schema`.
"""

import importlib
import itertools
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from google.protobuf import (
    any_pb2,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)

TARGET = Path(__file__).resolve().parents[2] / "libs" / "confighash" / "schemadata.py"
PREFIX = "protogen."
PACKAGES = ("envoy", "xds", "udpa", "cel", "opencensus", "google")
WELL_KNOWN = (
    any_pb2,
    duration_pb2,
    empty_pb2,
    field_mask_pb2,
    struct_pb2,
    timestamp_pb2,
    wrappers_pb2,
)
HEAD = '''"""Fields of Envoy's messages. Written by `python -m tools.hashschema`: change that."""

# ruff: noqa: E501 - one line a package
# fmt: off

PACKAGES = (
'''
_LETTERS = {
    1: "d", 2: "r", 3: "I", 4: "U", 5: "i", 6: "F", 7: "f", 8: "b", 9: "s", 11: "m",
    12: "y", 13: "u", 14: "e", 15: "x", 16: "X", 17: "z", 18: "Z",
}  # fmt: skip


def text() -> str:
    """Return the whole module, the same on every machine with these messages."""
    rows = sorted(itertools.chain(*(_described(file) for file in _files())))
    lines = []
    for package, group in itertools.groupby(dict.fromkeys(rows), key=lambda row: row[0]):
        lines.append(f'    "{package}|{"|".join(row[1] for row in group)}",\n')
    return f"{HEAD}{''.join(lines)})\n"


def _files() -> Iterator[Any]:
    yield from (module.DESCRIPTOR for module in WELL_KNOWN)
    for package in PACKAGES:
        root = importlib.import_module(f"{PREFIX}{package}")
        for found in pkgutil.walk_packages(root.__path__, f"{PREFIX}{package}."):
            if found.name.endswith("_pb2") and ".conformance" not in found.name:
                yield importlib.import_module(found.name).DESCRIPTOR


def _described(file: Any) -> Iterator[tuple[str, str]]:
    for message in file.message_types_by_name.values():
        yield from _message(file.package, message)
    for enum in file.enum_types_by_name.values():
        yield file.package, _enum(file.package, enum)


def _message(package: str, message: Any) -> Iterator[tuple[str, str]]:
    if message.GetOptions().map_entry:
        return
    fields = sorted(message.fields, key=lambda field: field.number)
    yield package, " ".join([_local(package, message), *map(_field, fields)])
    for nested in message.nested_types:
        yield from _message(package, nested)
    for enum in message.enum_types:
        yield package, _enum(package, enum)


def _enum(package: str, enum: Any) -> str:
    values = (f"{value.name}={value.number}" for value in enum.values)
    return " ".join([f"={_local(package, enum)}", *values])


def _field(field: Any) -> str:
    if field.message_type is not None and field.message_type.GetOptions().map_entry:
        key, value = (field.message_type.fields_by_name[name] for name in ("key", "value"))
        return f"{field.number}:{field.name}:%{_LETTERS[key.type]}{_kind(value)}"
    oneof = field.containing_oneof
    if field.is_repeated:
        label = "*"
    elif oneof is not None and len(oneof.fields) > 1:
        label = f"{oneof.index}@"
    else:
        label = "?" if field.has_presence else ""
    return f"{field.number}:{field.name}:{label}{_kind(field)}"


def _kind(field: Any) -> str:
    if field.type == field.TYPE_GROUP:
        return "y"
    named = field.message_type or field.enum_type
    full = "" if named is None else str(named.full_name).removeprefix(PREFIX)
    return _LETTERS[field.type] + full


def _local(package: str, named: Any) -> str:
    return str(named.full_name).removeprefix(f"{package}.")
