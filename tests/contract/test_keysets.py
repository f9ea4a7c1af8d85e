"""What every source of key sets does; the same suite for the web and the twin in memory."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_network

import pytest

from libs.adapters.jwks.web import WebKeySets
from libs.fakes.keysets import FakeKeySets
from libs.ports.keysets import KeySetError, KeySets

_SET = '{"keys":[]}'


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        """Answer with the set at its one path."""
        there = self.path == "/keys"
        self.send_response(200 if there else 404)
        self.end_headers()
        self.wfile.write(_SET.encode() if there else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing."""


@pytest.fixture(params=["web", "memory"])
def place(request: pytest.FixtureRequest) -> Iterator[tuple[KeySets, str]]:
    """Yield a source, and an address below which only `/keys` has a set."""
    if request.param == "memory":
        yield FakeKeySets({"https://a.example/keys": _SET}), "https://a.example"
        return
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
        at = f"http://127.0.0.1:{server.server_port}"
        yield WebKeySets([ip_network("127.0.0.0/8")]), at
        server.shutdown()


def test_a_set_comes_back_as_it_is(place: tuple[KeySets, str]) -> None:
    """Whether its keys are of any use is for others to say."""
    sets, at = place
    assert sets.fetch(f"{at}/keys") == _SET


def test_what_is_not_there_is_said_with_its_address(place: tuple[KeySets, str]) -> None:
    """In one sentence."""
    sets, at = place
    with pytest.raises(KeySetError, match="/other"):
        sets.fetch(f"{at}/other")
