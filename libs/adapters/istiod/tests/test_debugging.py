"""Asking an istiod over HTTP: a server of ours in its place that answers in the documented form."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from libs.adapters.istiod import debugging
from libs.adapters.istiod.debugging import PATH, sync_status
from libs.kernel.looperrors import StalledError, TransientError

TOKEN = "planted-token"


@contextmanager
def istiod(monkeypatch: pytest.MonkeyPatch, status: int = 200) -> Iterator[None]:
    """Serve one answer to whoever has the token, on a port of this machine."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            known = self.headers["Authorization"] == f"Bearer {TOKEN}" and self.path == PATH
            self.send_response(status if known else 401)
            self.end_headers()
            self.wfile.write(b"[]")

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        monkeypatch.setattr(debugging, "PORT", server.server_address[1])
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield
        finally:
            server.shutdown()
            thread.join()


def test_whoever_has_a_token_gets_an_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is returned as it is."""
    with istiod(monkeypatch):
        assert sync_status("127.0.0.1", TOKEN) == b"[]"


def test_a_token_that_is_not_taken_needs_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sentence says which account is needed, and no token."""
    with istiod(monkeypatch), pytest.raises(StalledError, match="namespace of istiod") as raised:
        sync_status("127.0.0.1", "another-token")
    assert "another-token" not in str(raised.value)


def test_no_answer_and_an_error_may_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Both are for another try."""
    with istiod(monkeypatch, 503), pytest.raises(TransientError, match="503"):
        sync_status("127.0.0.1", TOKEN)
    with pytest.raises(TransientError, match="cannot be asked"):
        sync_status("127.0.0.1", TOKEN)
