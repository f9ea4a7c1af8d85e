"""Other services are woken, and none of them holds up a delivery."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from libs.adapters.trigger.wakes import Wakes


class _Listener:
    """A service that counts its triggers, each taking as long as `gate` is shut."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.gate = threading.Event()
        self.gate.set()
        listener = self

        class Handling(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                listener.gate.wait(10)
                listener.heard.append(self.path)
                self.send_response(202)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handling)
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.server.server_port}{path}"


@pytest.fixture
def listener() -> Iterator[_Listener]:
    """A service that listens."""
    found = _Listener()
    yield found
    found.server.shutdown()
    found.server.server_close()


def test_many_wakes_of_one_trigger_are_few(listener: _Listener) -> None:
    """While one is told, any number of others become a single one."""
    wakes = Wakes()
    listener.gate.clear()
    wakes.start()
    for _ in range(50_000):
        wakes.wake([listener.url("/trigger")])
    listener.gate.set()
    wakes.stop()
    assert 1 <= len(listener.heard) <= 2


def test_nobody_there_stops_nobody_else(listener: _Listener) -> None:
    """The trigger that cannot be told is forgotten."""
    wakes = Wakes()
    wakes.wake(["http://127.0.0.1:1/trigger", listener.url("/trigger")])
    wakes.start()
    wakes.stop()
    assert listener.heard == ["/trigger"]
