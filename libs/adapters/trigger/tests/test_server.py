"""The trigger's HTTP door, over real sockets."""

import http.client
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest

from libs.adapters.trigger.server import BODY_BYTES_MAX, CONNECTIONS_MAX, Answers, TriggerServer
from libs.kernel.looperrors import StalledError


@dataclass
class Door:
    """A running door with what happened behind it."""

    triggered: list[str] = field(default_factory=list)
    alive: bool = True
    ready: bool = True
    address: str = ""

    def ask(self, method: str, path: str, body: bytes = b"") -> int:
        """Send one request and return its status."""
        connection = http.client.HTTPConnection(self.address, timeout=5)
        try:
            connection.request(method, path, body)
            return connection.getresponse().status
        finally:
            connection.close()

    def connect(self) -> socket.socket:
        """Open a bare connection."""
        host, _, port = self.address.rpartition(":")
        return socket.create_connection((host, int(port)), timeout=5)


@pytest.fixture
def door() -> Iterator[Door]:
    """A door on a free port of the loopback interface."""
    made = Door()
    answers = Answers(lambda: made.triggered.append("now"), lambda: made.alive, lambda: made.ready)
    server = TriggerServer("127.0.0.1:0", answers)
    made.address = server.address
    server.start()
    yield made
    server.stop()


@pytest.mark.parametrize("body", [b"", b'{"ref": "refs/heads/main"}', b"\xff" * 1_000])
def test_a_trigger_wakes_whatever_it_says(door: Door, body: bytes) -> None:
    """Any body is accepted and none is looked at."""
    assert door.ask("POST", "/trigger", body) == 202
    assert door.triggered == ["now"]


def test_a_large_body_is_refused_unread(door: Door) -> None:
    """The door reads no more than its limit, and does not wake for it."""
    with door.connect() as connection:
        head = f"POST /trigger HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_BYTES_MAX + 1}\r\n\r\n"
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(4_096)
    assert door.triggered == []


@pytest.mark.parametrize("length", ["-1", "many", "9" * 40, "\u0663"])
def test_a_length_that_is_none_is_refused(door: Door, length: str) -> None:
    """A forged length ends in a refusal, not in an exception or a wait."""
    with door.connect() as connection:
        head = f"POST /trigger HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n"
        connection.sendall(head.encode())
        assert b" 413 " in connection.recv(4_096)


def test_a_supervisor_learns_how_the_process_is(door: Door) -> None:
    """Alive and ready are two questions with answers of their own."""
    assert (door.ask("GET", "/livez"), door.ask("GET", "/readyz")) == (200, 200)
    door.ready = False
    assert (door.ask("GET", "/livez"), door.ask("GET", "/readyz")) == (200, 503)
    door.alive = False
    assert door.ask("GET", "/livez") == 503


def test_other_paths_and_methods_do_nothing(door: Door) -> None:
    """There is nothing else behind the door."""
    assert door.ask("GET", "/trigger") == 404
    assert door.ask("POST", "/") == 404
    assert door.ask("DELETE", "/trigger") == 501
    assert door.triggered == []


def test_idle_connections_do_not_pile_up(door: Door) -> None:
    """Beyond the limit a connection is closed at once, and the others still get an answer."""
    idle = [door.connect() for _ in range(CONNECTIONS_MAX)]
    try:
        with door.connect() as one_more:
            one_more.settimeout(5)
            assert one_more.recv(1) == b""
    finally:
        for connection in idle:
            connection.close()
    for _ in range(50):
        try:
            assert door.ask("POST", "/trigger") == 202
            break
        except (ConnectionError, http.client.HTTPException):
            continue
    assert door.triggered == ["now"]


@pytest.mark.parametrize("address", ["", "127.0.0.1", "127.0.0.1:http", "127.0.0.1:99999"])
def test_an_unusable_address_is_said(address: str) -> None:
    """A wrong address in the settings stops the process with a sentence."""
    with pytest.raises(StalledError, match="write a free host:port"):
        TriggerServer(address, Answers(lambda: None, lambda: True, lambda: True))


def test_a_taken_address_is_said(door: Door) -> None:
    """Two processes on one address are a mistake of the settings."""
    with pytest.raises(StalledError, match="in use"):
        TriggerServer(door.address, Answers(lambda: None, lambda: True, lambda: True))
