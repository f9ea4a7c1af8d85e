"""Questions to a name server over UDP, and what it answers."""

import socket
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address

_TYPES = {"A": 1, "AAAA": 28}
_CODES = {0: "NOERROR", 2: "SERVFAIL", 3: "NXDOMAIN", 5: "REFUSED"}
_INTERNET = 1
_HEADER = struct.Struct(">HHHHHH")
_RECORD = struct.Struct(">HHIH")
_RECURSION_WANTED = 0x0100
_CODE_BITS = 0x000F
_POINTER = 0xC0
_ID = 0x1D2E
_BYTES_MAX = 65535


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the name of its code, and addresses in the order of the answer."""

    code: str
    addresses: tuple[str, ...]


def ask(at: tuple[str, int], name: str, kind: str = "A", timeout_s: float = 5.0) -> Answer:
    """Ask for the addresses of a name. Raises TimeoutError when nobody answers."""
    labels = b"".join(bytes([len(one)]) + one.encode() for one in name.rstrip(".").split("."))
    question = labels + b"\0" + struct.pack(">HH", _TYPES[kind], _INTERNET)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as connection:
        connection.settimeout(timeout_s)
        connection.connect(at)
        connection.send(_HEADER.pack(_ID, _RECURSION_WANTED, 1, 0, 0, 0) + question)
        return _read(connection.recv(_BYTES_MAX), _TYPES[kind])


def _read(message: bytes, kind: int) -> Answer:
    found, flags, questions, answers, _, _ = _HEADER.unpack_from(message)
    if found != _ID:
        raise ValueError("an answer to another question")
    at = _HEADER.size
    for _ in range(questions):
        at = _behind_name(message, at) + 4
    code = flags & _CODE_BITS
    return Answer(_CODES.get(code, str(code)), tuple(_addresses(message, at, answers, kind)))


def _addresses(message: bytes, at: int, answers: int, kind: int) -> Iterator[str]:
    for _ in range(answers):
        at = _behind_name(message, at)
        record, _, _, length = _RECORD.unpack_from(message, at)
        at += _RECORD.size
        if record == kind:
            yield str(ip_address(message[at : at + length]))
        at += length


def _behind_name(message: bytes, at: int) -> int:
    """Return where a name ends; one that was said before is a pointer of two bytes."""
    while message[at]:
        if message[at] & _POINTER == _POINTER:
            return at + 2
        at += message[at] + 1
    return at + 1
