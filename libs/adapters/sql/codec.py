"""Messages, refusals and notes as JSON columns. The form is ours: it must stay readable for years.

Reading accepts exactly what writing makes; a database that holds anything else is damaged.
"""

from typing import Any

import orjson

from libs.adapters.sql.columns import storable
from libs.kernel.ids import CommitId, ResourceName, SetName, SourceName, TypeUrl, Version
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.proxies import Refused
from libs.kernel.revisions import Refusal

NOTHING = b"[]"


def dump_notes(notes: tuple[str, ...]) -> bytes:
    """Encode the notes of a revision."""
    return orjson.dumps([storable(note) for note in notes])


def load_notes(data: bytes) -> tuple[str, ...]:
    """Decode the notes of a revision."""
    return tuple(orjson.loads(data))


def dump_messages(messages: tuple[Message, ...]) -> bytes:
    """Encode messages."""
    return orjson.dumps([_message_out(message) for message in messages])


def load_messages(data: bytes) -> tuple[Message, ...]:
    """Decode messages."""
    return tuple(_message_in(item) for item in orjson.loads(data))


def dump_refusals(refusals: tuple[Refusal, ...]) -> bytes:
    """Encode refusals."""
    return orjson.dumps([_refusal_out(refusal) for refusal in refusals])


def load_refusals(data: bytes) -> tuple[Refusal, ...]:
    """Decode refusals."""
    return tuple(_refusal_in(item) for item in orjson.loads(data))


def dump_versions(versions: tuple[tuple[TypeUrl, Version], ...]) -> bytes:
    """Encode the versions of types."""
    return orjson.dumps(versions)


def load_versions(data: bytes | None) -> tuple[tuple[TypeUrl, Version], ...]:
    """Decode the versions of types; older rows have none."""
    return tuple((TypeUrl(url), Version(one)) for url, one in orjson.loads(data or NOTHING))


def dump_refused(refused: tuple[Refused, ...]) -> bytes:
    """Encode what a proxy refused."""
    return orjson.dumps(
        [
            {
                "type": one.type_url,
                "name": storable(one.name),
                "objects": [
                    [
                        *map(storable, (key.group, key.kind, key.namespace, key.name)),
                        *_place(origin),
                    ]
                    for key, origin in one.objects
                ],
            }
            for one in refused
        ]
    )


def load_refused(data: bytes | None) -> tuple[Refused, ...]:
    """Decode what a proxy refused; older rows have nothing."""
    return tuple(
        Refused(
            TypeUrl(one["type"]),
            ResourceName(one["name"]),
            tuple((ObjectKey(*each[:4]), Origin(*each[4:])) for each in one["objects"]),
        )
        for one in orjson.loads(data or NOTHING)
    )


def _place(origin: Origin) -> tuple[str, int, int]:
    return storable(origin.file), origin.line, origin.column


def _message_out(message: Message) -> dict[str, Any]:
    key = message.object
    return {
        "code": message.code,
        "level": message.level.value,
        "class": message.message_class.value,
        "file": storable(message.origin.file),
        "line": message.origin.line,
        "column": message.origin.column,
        "text": storable(message.text),
        "object": key and [storable(p) for p in (key.group, key.kind, key.namespace, key.name)],
    }


def _message_in(item: dict[str, Any]) -> Message:
    return Message(
        code=item["code"],
        level=Level(item["level"]),
        message_class=MessageClass(item["class"]),
        origin=Origin(item["file"], item["line"], item["column"]),
        text=item["text"],
        object=item["object"] and ObjectKey(*item["object"]),
    )


def _refusal_out(refusal: Refusal) -> dict[str, Any]:
    return {
        "source": storable(refusal.source),
        "set": refusal.name and storable(refusal.name),
        "commit": refusal.commit,
        "messages": [_message_out(message) for message in refusal.messages],
    }


def _refusal_in(item: dict[str, Any]) -> Refusal:
    name = item["set"]
    return Refusal(
        source=SourceName(item["source"]),
        name=None if name is None else SetName(name),
        commit=CommitId(item["commit"]),
        messages=tuple(_message_in(message) for message in item["messages"]),
    )
