"""The part of HTTP/1.1 that the demo's programs speak: small messages, whole bodies, keep-alive.

Bodies are framed by Content-Length only; anything else is refused instead of guessed.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

HEAD_BYTES_MAX = 16_384
"""Longest start line with headers; the stream reader's own limit."""
BODY_BYTES_MAX = 65_536
_END = b"\r\n\r\n"


class ProtocolError(Exception):
    """The other side sent what this module does not speak."""


@dataclass(frozen=True, slots=True)
class Request:
    """A request without a body of interest. Header names are lower case."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Response:
    """A whole response. Header names are lower case."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


def is_last(headers: Mapping[str, str]) -> bool:
    """Say whether the sender closes the connection after this message."""
    return headers.get("connection", "").lower() == "close"


async def read_request(reader: asyncio.StreamReader) -> Request | None:
    """Read one request and drop its body; None when the client is done.

    Raises ProtocolError for a message that is not understood.
    """
    head = await _read_head(reader)
    if head is None:
        return None
    start, headers = head
    parts = start.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        raise ProtocolError("no HTTP/1.1 request line")
    await _read_body(reader, headers)
    return Request(parts[0], parts[1], headers)


async def read_response(reader: asyncio.StreamReader) -> Response | None:
    """Read one response; None when the server closed instead of answering.

    Raises ProtocolError for a message that is not understood.
    """
    head = await _read_head(reader)
    if head is None:
        return None
    start, headers = head
    parts = start.split(" ", 2)
    if len(parts) < 2 or not parts[0].startswith("HTTP/1.") or not parts[1].isdigit():
        raise ProtocolError("no HTTP/1.1 status line")
    return Response(int(parts[1]), await _read_body(reader, headers), headers)


def request_bytes(request: Request) -> bytes:
    """Serialise a request that has no body."""
    lines = [f"{request.method} {request.path} HTTP/1.1"]
    lines += [f"{name}: {value}" for name, value in request.headers.items()]
    return ("\r\n".join(lines)).encode("latin-1") + _END


def response_bytes(response: Response) -> bytes:
    """Serialise a response with its body's length."""
    lines = [f"HTTP/1.1 {response.status} -", f"content-length: {len(response.body)}"]
    lines += [f"{name}: {value}" for name, value in response.headers.items()]
    return ("\r\n".join(lines)).encode("latin-1") + _END + response.body


async def _read_head(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]] | None:
    """Read the start line and the headers; None when the stream ended cleanly before them."""
    try:
        head = await reader.readuntil(_END)
    except asyncio.IncompleteReadError as error:
        if error.partial:
            raise ProtocolError("the stream ended within a message") from error
        return None
    except asyncio.LimitOverrunError as error:
        raise ProtocolError(f"headers are longer than {HEAD_BYTES_MAX} bytes") from error
    start, *lines = head[: -len(_END)].decode("latin-1").split("\r\n")
    headers = {}
    for line in lines:
        name, colon, value = line.partition(":")
        if not colon:
            raise ProtocolError("a header line has no colon")
        headers[name.lower()] = value.strip()
    return start, headers


async def _read_body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    """Read a body framed by Content-Length; no such header means no body."""
    if "transfer-encoding" in headers:
        raise ProtocolError("transfer-encoding is not spoken here")
    text = headers.get("content-length", "0")
    if not text.isdigit() or int(text) > BODY_BYTES_MAX:
        raise ProtocolError(f"content-length is not a number up to {BODY_BYTES_MAX}")
    try:
        return await reader.readexactly(int(text))
    except asyncio.IncompleteReadError as error:
        raise ProtocolError("the stream ended within a body") from error
