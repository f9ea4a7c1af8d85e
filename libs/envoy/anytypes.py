"""Envoy's message types by name, for what stands inside an Any."""

import pkgutil
import re
from collections.abc import Iterator
from functools import lru_cache
from importlib import import_module
from typing import Final

from google.protobuf import descriptor_pool, message_factory
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import DecodeError, Message

TYPE_KEY: Final = "@type"
_NAME = re.compile(r"((?:envoy|xds|udpa)(?:\.[a-z][a-z0-9_]*)+)\.[A-Z]\w*(?:\.[A-Z]\w*)*", re.ASCII)
_WELL_KNOWN: Final = ("any", "duration", "empty", "struct", "timestamp", "wrappers")


@lru_cache(maxsize=1024)
def message_type(name: str) -> type[Message] | None:
    """Return the type with a full name, None for one that this release of Envoy's API lacks."""
    _register(name)
    try:
        found = descriptor_pool.Default().FindMessageTypeByName(name)
    except KeyError:
        return None
    kind: type[Message] = message_factory.GetMessageClass(found)
    return kind


def _register(name: str) -> None:
    """Import the modules of the name's package: that makes their types known."""
    matched = _NAME.fullmatch(name)
    if matched is None:
        for one in _WELL_KNOWN if name.startswith("google.protobuf.") else ():
            import_module(f"google.protobuf.{one}_pb2")
        return
    package = f"protogen.{matched[1]}"
    try:
        folder = import_module(package)
    except ModuleNotFoundError:
        return
    for module in pkgutil.iter_modules(folder.__path__):
        if module.name.endswith("_pb2"):
            import_module(f"{package}.{module.name}")


def name_in(type_url: str) -> str:
    """Return the full name that a type URL ends with."""
    return type_url.rpartition("/")[2]


def opened(packed: AnyMessage) -> Message | None:
    """Return what is inside; None for a type that is not known or bytes that are none of it."""
    kind = message_type(packed.TypeName())
    if kind is None:
        return None
    try:
        return kind.FromString(packed.value)
    except DecodeError:
        return None


def settle(message: Message) -> None:
    """Give everything inside an Any, at any depth, its canonical bytes; that also names its types.

    Equal values then have equal bytes, and what is inside can be printed.
    """
    for one in _messages_in(message):
        if isinstance(one, AnyMessage):
            inside = opened(one)
            if inside is not None:
                settle(inside)
                one.value = inside.SerializeToString(deterministic=True)
        else:
            settle(one)


def _messages_in(message: Message) -> Iterator[Message]:
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if not field.is_repeated:
            yield value
        elif field.message_type.GetOptions().map_entry:
            yield from (value[key] for key in value if isinstance(value[key], Message))
        else:
            yield from value
