"""One gRPC stream over one connection of its own, as cheap as a client in Python can be.

Only what measuring needs of HTTP/2: it opens one stream, sends messages and hands out those that
arrive. Real clients are slower than the server under test, and would be what is measured.
"""

import errno
import socket
import ssl
import struct
from collections.abc import Iterator, Mapping

_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
_DATA, _HEADERS, _RESET, _SETTINGS, _PING, _GO_AWAY, _WINDOW = 0, 1, 3, 4, 6, 7, 8
_ACK, _END_HEADERS = 1, 4
_INITIAL_WINDOW, _FRAME_SIZE = 4, 5
_WINDOW_MAX, _WINDOW_DEFAULT = 2**31 - 1, 65_535
_FRAME_BYTES = 9
_PREFIX_BYTES = 5
_READ_BYTES = 1 << 18


class StreamEndedError(Exception):
    """The server ended the stream or the connection; the text says how."""


class GrpcStream:
    """A call of `path` at `address`: blocking while it opens, not blocking afterwards."""

    def __init__(
        self, address: tuple[str, int], path: str, tls: ssl.SSLContext | None = None
    ) -> None:
        """Connect and open the stream."""
        plain = socket.create_connection(address, 30)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket = tls.wrap_socket(plain, server_hostname=address[0]) if tls else plain
        self._received = bytearray()
        self._messages = bytearray()
        self._unsent = b""
        self._outgoing = bytearray()
        # How many bytes the server takes: on the connection, and on the stream.
        self._credit = [_WINDOW_DEFAULT, _WINDOW_DEFAULT]
        self._stream_window = _WINDOW_DEFAULT
        settings = struct.pack(">HIHI", _INITIAL_WINDOW, _WINDOW_MAX, _FRAME_SIZE, 1 << 20)
        window = struct.pack(">I", _WINDOW_MAX - _WINDOW_DEFAULT)
        headers = _headers(
            {
                ":method": "POST",
                ":scheme": "https" if tls else "http",
                ":path": path,
                ":authority": "xds",
                "content-type": "application/grpc",
                "te": "trailers",
            }
        )
        self.socket.sendall(
            _PREFACE
            + _frame(_SETTINGS, 0, 0, settings)
            + _frame(_WINDOW, 0, 0, window)
            + _frame(_HEADERS, _END_HEADERS, 1, headers)
        )
        self.socket.setblocking(False)

    def fileno(self) -> int:
        """Return the descriptor, for a selector."""
        return self.socket.fileno()

    def send(self, message: bytes) -> None:
        """Send a message, as far as the server has room for it; the rest follows with `receive`."""
        self._outgoing += b"\0" + struct.pack(">I", len(message)) + message
        self._send_outgoing()

    def _send_outgoing(self) -> None:
        frames = []
        while (size := min(16_384, len(self._outgoing), *self._credit)) > 0:
            frames.append(_frame(_DATA, 0, 1, bytes(self._outgoing[:size])))
            del self._outgoing[:size]
            self._credit = [one - size for one in self._credit]
        if frames or self._unsent:
            self._write(b"".join(frames))

    def receive(self) -> Iterator[bytes]:
        """Give the messages that have arrived. Raises StreamEndedError."""
        while True:
            try:
                data = self.socket.recv(_READ_BYTES)
            except (BlockingIOError, ssl.SSLWantReadError):
                break
            except OSError as error:
                raise StreamEndedError(errno.errorcode.get(error.errno or 0, "?")) from error
            if not data:
                raise StreamEndedError("the server closed the connection")
            self._received += data
        self._take_frames()
        yield from self._whole_messages()

    def close(self) -> None:
        """Let go of the connection without a word."""
        self.socket.close()

    def _write(self, data: bytes) -> None:
        self._unsent += data
        while self._unsent:
            try:
                sent = self.socket.send(self._unsent)
            except (BlockingIOError, ssl.SSLWantWriteError):
                return
            self._unsent = self._unsent[sent:]

    def _take_frames(self) -> None:
        buffer, at = self._received, 0
        while len(buffer) - at >= _FRAME_BYTES:
            length = int.from_bytes(buffer[at : at + 3], "big")
            end = at + _FRAME_BYTES + length
            if len(buffer) < end:
                break
            stream = int.from_bytes(buffer[at + 5 : at + _FRAME_BYTES], "big")
            self._take(buffer[at + 3], buffer[at + 4], stream, buffer[at + _FRAME_BYTES : end])
            at = end
        if at:
            del buffer[:at]

    def _take(self, kind: int, flags: int, stream: int, payload: bytearray) -> None:
        if kind == _DATA:
            self._messages += payload
        elif kind == _WINDOW:
            self._credit[stream] += int.from_bytes(payload, "big")
            self._send_outgoing()
        elif kind == _SETTINGS and not flags & _ACK:
            self._take_settings(payload)
            self._write(_frame(_SETTINGS, _ACK, 0, b""))
        elif kind == _PING and not flags & _ACK:
            self._write(_frame(_PING, _ACK, 0, bytes(payload)))
        elif kind in (_RESET, _GO_AWAY):
            raise StreamEndedError(f"frame of type {kind}: {bytes(payload)[:200]!r}")

    def _take_settings(self, payload: bytearray) -> None:
        """Know how much the server takes of a stream before it says more."""
        for at in range(0, len(payload), 6):
            name, value = struct.unpack_from(">HI", payload, at)
            if name == _INITIAL_WINDOW:
                self._credit[1] += value - self._stream_window
                self._stream_window = value
        self._send_outgoing()

    def _whole_messages(self) -> Iterator[bytes]:
        buffer, at = self._messages, 0
        while len(buffer) - at >= _PREFIX_BYTES:
            end = at + _PREFIX_BYTES + int.from_bytes(buffer[at + 1 : at + _PREFIX_BYTES], "big")
            if len(buffer) < end:
                break
            yield bytes(buffer[at + _PREFIX_BYTES : end])
            at = end
        if at:
            del buffer[:at]


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    head = len(payload).to_bytes(3, "big") + bytes((kind, flags)) + struct.pack(">I", stream)
    return head + payload


def _headers(fields: Mapping[str, str]) -> bytes:
    """Write headers as literals that nobody indexes: each text with its length before it."""
    return b"".join(
        b"\0" + bytes((len(name),)) + name.encode() + bytes((len(value),)) + value.encode()
        for name, value in fields.items()
    )
