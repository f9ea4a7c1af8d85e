"""How an evaluation ends before its time: the call fails, or nobody can say."""

from collections.abc import Collection
from enum import StrEnum

from google.protobuf.message import Message
from google.protobuf.unknown_fields import UnknownFieldSet


class Failure(StrEnum):
    """Named reasons why a call gets no answer from where it is meant to go."""

    NO_LISTENER = "NoListener"
    NO_FILTER_CHAIN = "NoFilterChain"
    MULTIPLE_FILTER_CHAIN = "MultipleFilterChain"
    NO_ROUTE = "NoRoute"
    NO_VIRTUAL_HOST = "NoVirtualHost"
    NO_ENDPOINTS = "NoEndpoints"
    TLS_REDIRECT = "TLSRedirect"
    PROTOCOL_ERROR = "ProtocolError"
    TLS_ERROR = "TLSError"
    MTLS_ERROR = "MTLSError"
    DENIED = "Denied"


class FailedError(Exception):
    """The call fails for a named reason."""

    def __init__(self, failure: Failure) -> None:
        """Take the reason."""
        super().__init__(failure.value)
        self.failure = failure


class RefusedError(FailedError):
    """A policy stops the call; the text says why, `rule` is the one that denied it."""

    def __init__(self, reason: str, rule: str = "") -> None:
        """Take the reason."""
        super().__init__(Failure.DENIED)
        self.reason, self.rule = reason, rule


class UndecidedError(Exception):
    """Something on the way of the call is not understood; the text names it."""


def understood(message: Message, fields: Collection[str], where: str) -> None:
    """Raise UndecidedError for the first field that is set and not in `fields`."""
    for field, _ in message.ListFields():
        if field.name not in fields:
            raise UndecidedError(f"{where}.{field.name}")
    if len(UnknownFieldSet(message)):
        raise UndecidedError(f"{where}: a field of a newer Envoy")
