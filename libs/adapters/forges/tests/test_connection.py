"""Talking to something that answers HTTP in its own way."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from libs.adapters.forges import connection
from libs.adapters.forges.connection import Connection
from libs.fakes.clock import FakeClock
from libs.kernel.looperrors import StalledError, TransientError


@contextmanager
def _answering(reply: bytes) -> Iterator[str]:
    """Answer every connection with the same bytes, and close it."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = listener.getsockname()[1]

    def serve() -> None:
        while True:
            try:
                one, _ = listener.accept()
            except OSError:
                return
            with one:
                one.recv(65_536)
                one.sendall(reply.replace(b"PORT", str(port).encode()))

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{port}/api"
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


def _reply(body: bytes, headers: bytes = b"") -> bytes:
    length = str(len(body)).encode()
    head = b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: " + length + b"\r\n"
    return head + headers + b"\r\n" + body


def _connection(url: str) -> Connection:
    return Connection(url, {"authorization": "secret"}, FakeClock())


def test_no_json_is_another_try() -> None:
    """A page of a proxy in between, for example."""
    with _answering(_reply(b"<html>")) as url, pytest.raises(TransientError, match="no JSON"):
        _connection(url).get("/pulls")


def test_nobody_there_is_another_try() -> None:
    """The sentence names the path, not the host."""
    with pytest.raises(TransientError, match=r"^GET /pulls: ConnectError$"):
        _connection("http://127.0.0.1:1").get("/pulls")


def test_a_reply_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """No more than the limit is kept in memory."""
    monkeypatch.setattr(connection, "REPLY_BYTES_MAX", 1_000)
    long = _reply(b"[" + b" " * 5_000 + b"]")
    with _answering(long) as url, pytest.raises(StalledError, match="longer than 1000 bytes"):
        _connection(url).get("/pulls")


def test_pages_at_another_address_are_not_followed() -> None:
    """A token goes nowhere else."""
    link = b'link: <http://127.0.0.1:1/api/pulls?page=2>; rel="next"\r\n'
    with _answering(_reply(b"[]", link)) as url, pytest.raises(StalledError, match="refused"):
        list(_connection(url).pages("/pulls"))


def test_pages_without_end_are_given_up() -> None:
    """Each names a next one, for ever."""
    link = b'link: <http://127.0.0.1:PORT/api/pulls>; rel="next"\r\n'
    with _answering(_reply(b"[]", link)) as url, pytest.raises(StalledError, match="100 pages"):
        list(_connection(url).pages("/pulls"))
