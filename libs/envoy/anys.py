"""Deterministic packing into Any.

Bytes inside an Any are opaque to the serialisation around it: they must be canonical by
themselves.
"""

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message


def pack(message: Message) -> AnyMessage:
    """Wrap `message` under its usual type URL, with map entries in the order of their keys."""
    packed = AnyMessage()
    packed.Pack(message, deterministic=True)
    return packed
