"""Wrapped numbers, truths and durations: absent, zero and set are three things to Envoy."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from google.protobuf.wrappers_pb2 import BoolValue, UInt32Value

NO_TIME = timedelta()


def duration(value: timedelta) -> Duration:
    """Return a span of time with microseconds kept."""
    span = Duration()
    span.FromTimedelta(value)
    return span


def uint32(value: int) -> UInt32Value:
    """Return a number that is present even when it is zero."""
    return UInt32Value(value=value)


def boolean(value: bool) -> BoolValue:  # noqa: FBT001 - the wrapped value itself
    """Return a truth that is present even when it is false."""
    return BoolValue(value=value)
