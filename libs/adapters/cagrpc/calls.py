"""What a caller asks of an authority, and what it gets, without gRPC."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


@dataclass(frozen=True, slots=True)
class SigningCall:
    """A request with all that says who sends it.

    `token` and `shown_pem`, what the connection showed, are empty where there is none.
    `cluster` is what the caller says; `peer` is its address. `life_s` of 0 is no wish.
    `impersonates` is an identity other than its own that the caller asks for.
    """

    request_pem: bytes
    life_s: float
    token: str = field(default="", repr=False)
    shown_pem: bytes = b""
    cluster: str = ""
    peer: str = ""
    impersonates: str = ""


@dataclass(frozen=True, slots=True)
class Certified:
    """An answer: the certificate, what vouches for it below the roots, and the roots, in PEM."""

    certificates: Sequence[bytes]
    roots: bytes


class RefusalKind(StrEnum):
    """Why there is no certificate, as far as the caller may know."""

    UNKNOWN_CALLER = "unknown caller"
    NOT_ALLOWED = "not allowed"
    BAD_REQUEST = "bad request"
    TOO_MANY = "too many"
    TRY_LATER = "try later"


class RefusedError(Exception):
    """No certificate; the text is for the caller: it has no secret and helps no attacker."""

    def __init__(self, kind: RefusalKind, text: str) -> None:
        """Keep both."""
        super().__init__(text)
        self.kind = kind
        self.text = text


class Certifier(Protocol):
    """Who decides. Called in the server's loop."""

    async def certify(self, call: SigningCall) -> Certified:
        """Sign, or raise RefusedError."""
        ...
