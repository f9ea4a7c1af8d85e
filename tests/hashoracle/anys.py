"""What is inside an Any, by the messages that are loaded."""

from google.protobuf import descriptor_pool
from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass


def content(packed: AnyMessage) -> Message | None:
    """Return the message inside; None when its type is not loaded."""
    try:
        described = descriptor_pool.Default().FindMessageTypeByName(
            packed.type_url.rpartition("/")[2]
        )
    except KeyError:
        return None
    return GetMessageClass(described).FromString(packed.value)
