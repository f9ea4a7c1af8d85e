"""A parsed file as a record that outlives the process, and back, without reading YAML again.

A record names no path, so that equal content has one record wherever it lies. It means something
to the code that wrote it only: whoever keeps it keeps it under a mark of that code.
"""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any

import orjson

from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi import kinds
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.opaque import OpaqueObject
from libs.meshapi.parse import parse_with_bodies
from libs.meshapi.parsed import ParsedFile, ParsedObject, Unbuilt
from libs.meshapi.positions import Positions, RecalledPositions
from libs.meshapi.unrendered import Patch, Template
from libs.meshapi.yamlnodes import Piece, pieces_of, text_of

_LENGTH_BYTES = 4
_MODELS: tuple[type[MeshObject], ...] = (OpaqueObject, *kinds.MODELS, Template, Patch)
_NUMBERS = {model: number for number, model in enumerate(_MODELS)}
_LEVELS = {level.value: level for level in Level}
_CLASSES = {one.value: one for one in MessageClass}


def parse_and_record(path: str, data: bytes) -> tuple[ParsedFile, bytes | None]:
    """Parse a file; return with it its record, None where only a new parse gives the same.

    A record is the length of a table, the table as JSON, and the objects' JSON one after another.
    """
    parsed, bodies = parse_with_bodies(path, data)
    rows: list[Any] = []
    for one, body in zip(parsed.objects, bodies, strict=True):
        number, places = _NUMBERS.get(type(one.object)), one.positions
        if number is None or not isinstance(places, Positions):
            return parsed, None
        key = one.key
        whose = (key.group, key.kind, key.namespace, key.name)
        place = (one.origin.line, one.origin.column, *places.address)
        rows.append((number, len(body), whose, *place))
    table = orjson.dumps([rows, *_said(parsed.messages)])
    return parsed, b"".join((len(table).to_bytes(_LENGTH_BYTES, "big"), table, *bodies))


def from_bytes(record: bytes, path: str, source: Callable[[], bytes]) -> ParsedFile:
    """Return the file that `parse_and_record` parsed, lying at `path`.

    `source` gives the file's own bytes, and is asked only when somebody asks for a place inside an
    object; an object is built when somebody reads it. Raises `ValueError` for bytes that this code
    did not write.
    """

    def pieces() -> Iterator[Piece]:
        return pieces_of(path, text_of(source()))

    start = _LENGTH_BYTES + int.from_bytes(record[:_LENGTH_BYTES], "big")
    try:
        rows, heads, subjects, said = orjson.loads(record[_LENGTH_BYTES:start])
        objects = []
        for number, length, whose, line, column, *address in rows:
            body, start = record[start : start + length], start + length
            model, origin = _MODELS[number], Origin(path, line, column)
            build = partial(_built, model, body)
            places = RecalledPositions(pieces, address)
            objects.append(ParsedObject(Unbuilt(build, model, whose), origin, places))
        if start != len(record):
            raise ValueError("the record of a parsed file has another length")
        return ParsedFile(tuple(objects), tuple(_messages(path, heads, subjects, said)))
    except (TypeError, KeyError, IndexError) as error:
        raise ValueError("no record of a parsed file") from error


def _built(model: type[MeshObject], body: bytes) -> MeshObject:
    """Read the JSON that an object of this model was made from."""
    validator = model.__pydantic_validator__
    built: MeshObject = validator.validate_json(body, by_alias=True, by_name=False)
    return built


def _said(messages: Sequence[Message]) -> tuple[list[Any], list[Any], list[Any]]:
    """Return what messages have in common, whom they are about, and a row for each."""
    heads: dict[tuple[str, Level, MessageClass], int] = {}
    subjects: dict[ObjectKey | None, int] = {}
    rows = [
        (
            one.origin.line,
            one.origin.column,
            heads.setdefault((one.code, one.level, one.message_class), len(heads)),
            subjects.setdefault(one.object, len(subjects)),
            one.text,
        )
        for one in messages
    ]
    whom = [key and (key.group, key.kind, key.namespace, key.name) for key in subjects]
    return list(heads), whom, rows


def _messages(path: str, heads: Any, subjects: Any, rows: Any) -> list[Message]:
    about = [(code, _LEVELS[level], _CLASSES[which]) for code, level, which in heads]
    whom = [None if one is None else ObjectKey(*one) for one in subjects]
    return [
        Message(code, level, which, Origin(path, line, column), text, whom[subject])
        for line, column, head, subject, text in rows
        for code, level, which in (about[head],)
    ]
