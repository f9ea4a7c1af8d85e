"""The HTTP door: a trigger that only wakes, and the questions of a supervisor.

`POST /trigger` answers 202 and reads nothing into what was sent: the poll is the truth, so a forged
trigger costs one look at the remote. `GET /livez` and `GET /readyz` answer 200 or 503.
"""

import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from libs.kernel.looperrors import StalledError

BODY_BYTES_MAX = 65_536
CONNECTIONS_MAX = 32
SILENCE_S_MAX = 5.0
_STOP_S_MAX = 5.0


@dataclass(frozen=True, slots=True)
class Answers:
    """What the door does: wake the loop, and say how the process is."""

    trigger: Callable[[], None]
    alive: Callable[[], bool]
    ready: Callable[[], bool]


class TriggerServer:
    """Serves on its own threads until stopped."""

    def __init__(self, address: str, answers: Answers) -> None:
        """Bind `address` (`host:port`). Raises StalledError when it is unusable or taken."""
        host, _, port = address.rpartition(":")
        try:
            self._server = _Server((host.strip("[]"), int(port)), _handler(answers))
        except (OSError, ValueError, OverflowError) as error:
            raise StalledError(
                f"the trigger cannot listen on `{address}`: {error}; write a free host:port"
            ) from None
        self._thread = threading.Thread(
            target=self._server.serve_forever,
            kwargs={"poll_interval": 0.1},
            name="trigger",
            daemon=True,
        )

    @property
    def address(self) -> str:
        """The address that is really listened on, as `host:port`."""
        host, port = self._server.server_address[:2]
        return f"{host if isinstance(host, str) else host.decode()}:{port}"

    def start(self) -> None:
        """Begin to answer."""
        self._thread.start()

    def stop(self) -> None:
        """Answer no more and free the address."""
        if self._thread.is_alive():
            self._server.shutdown()
            self._thread.join(_STOP_S_MAX)
        self._server.server_close()


class _Server(ThreadingHTTPServer):
    """Bounded in connections; a connection over the bound is closed unread."""

    daemon_threads = True
    request_queue_size = 128
    block_on_close = False

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._free = threading.BoundedSemaphore(CONNECTIONS_MAX)
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that breaks off is no event."""
        del request, client_address


def _handler(answers: Answers) -> type[BaseHTTPRequestHandler]:
    """Bind the answers to the class that the server makes one instance of per connection."""

    class Handler(_Handler):
        replies = answers

    return Handler


class _Handler(BaseHTTPRequestHandler):
    """One connection, one request, bounded in size and in silence."""

    replies: Answers
    timeout = SILENCE_S_MAX
    server_version = "periplus"
    sys_version = ""

    def do_POST(self) -> None:
        """Wake the loop; the body is drained and forgotten."""
        if self.path.partition("?")[0] != "/trigger":
            self._reply(HTTPStatus.NOT_FOUND)
            return
        length = self.headers.get("Content-Length", "0")
        if not length.isascii() or not length.isdigit() or int(length) > BODY_BYTES_MAX:
            self._reply(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return
        self.replies.trigger()
        self._reply(HTTPStatus.ACCEPTED)
        with suppress(OSError):
            self.rfile.read(int(length))

    def do_GET(self) -> None:
        """Answer a supervisor."""
        questions = {"/livez": self.replies.alive, "/readyz": self.replies.ready}
        question = questions.get(self.path.partition("?")[0])
        if question is None:
            self._reply(HTTPStatus.NOT_FOUND)
            return
        self._reply(HTTPStatus.OK if question() else HTTPStatus.SERVICE_UNAVAILABLE)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base class's name)
        """What strangers send does not fill the log."""

    def _reply(self, status: HTTPStatus) -> None:
        body = f"{status.phrase.lower()}\n".encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()
