"""What fetching keys refuses, against a real server on a loopback address."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from libs.adapters.jwks.web import WebKeySets, networks
from libs.kernel.looperrors import StalledError
from libs.ports.keysets import KeySetError

_SET = '{"keys":[]}'
_SECRET = "from inside"


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer, redirect, refuse, or say too much."""
        self.server.__dict__.setdefault("asked", []).append(self.path)
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("location", "/inside")
            self.end_headers()
            return
        body = {"/keys": _SET, "/large": "x" * 5000}.get(self.path, _SECRET).encode()
        self.send_response(200 if self.path in ("/keys", "/large", "/inside") else 500)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing."""


@contextmanager
def _server() -> Iterator[tuple[str, list[str]]]:
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", server.__dict__.setdefault("asked", [])
        server.shutdown()


_INSIDE = WebKeySets([ip_network("127.0.0.0/8")], timeout_s=2, bytes_max=1000)


def test_a_set_is_read_where_its_network_is_listed() -> None:
    """An operator may have an issuer of his own."""
    with _server() as (at, _):
        assert _INSIDE.fetch(f"{at}/keys") == _SET


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "169.254.169.254", "10.0.0.1"]
)
def test_nobody_is_asked_inside(host: str) -> None:
    """Not by number, not by name, and not by another spelling of a number."""
    with pytest.raises(KeySetError, match="leads inside"):
        WebKeySets().fetch(f"http://{host}:9/keys")


class _Names:
    """A server of names that says something else each time, and what was connected to since."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> None:
        self.answers = list(answers)
        self.connected: list[str] = []
        monkeypatch.setattr(socket, "getaddrinfo", self._look_up)
        monkeypatch.setattr(socket, "create_connection", self._connect)

    def _look_up(self, _host: str, port: int, **_: object) -> list[tuple[object, ...]]:
        found = self.answers.pop(0)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in found]

    def _connect(self, address: tuple[str, int], **_: object) -> socket.socket:
        self.connected.append(address[0])
        raise ConnectionRefusedError


def test_a_name_is_looked_up_once_and_what_it_was_then_is_connected_to(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A server of names that leads inside at the second look is not asked a second time."""
    names = _Names(monkeypatch, ["93.184.216.34"], ["127.0.0.1"])
    with pytest.raises(KeySetError, match="ConnectionRefusedError"):
        WebKeySets().fetch("https://rebound.example/keys")
    assert names.connected == ["93.184.216.34"]
    assert names.answers == [["127.0.0.1"]]


def test_a_name_that_leads_inside_among_others_is_not_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody is connected to, not even at the address that is outside."""
    names = _Names(monkeypatch, ["93.184.216.34", "169.254.169.254"])
    with pytest.raises(KeySetError, match="leads inside"):
        WebKeySets().fetch("https://two.example/keys")
    assert names.connected == []


@pytest.mark.parametrize(
    ("path", "reason"),
    [("/redirect", "status 302"), ("/missing", "status 500"), ("/large", "more than 1000 bytes")],
)
def test_an_answer_that_is_none_is_said_without_what_it_had(path: str, reason: str) -> None:
    """A redirect is not followed."""
    with _server() as (at, asked):
        with pytest.raises(KeySetError) as refused:
            _INSIDE.fetch(at + path)
        assert asked == [path]
    assert reason in str(refused.value)
    assert _SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://a.example/k", "http://", "http://u:p@a.example/k", "x"]
)
def test_other_addresses_are_no_places_of_keys(address: str) -> None:
    """Nothing is opened for them."""
    with pytest.raises(KeySetError, match="no address of keys"):
        _INSIDE.fetch(address)


def test_a_network_that_is_none_is_said_with_what_to_write() -> None:
    """Before anything is fetched."""
    assert [str(one) for one in networks(["10.0.0.0/8"])] == ["10.0.0.0/8"]
    with pytest.raises(StalledError, match="write one such as"):
        networks(["inside"])
