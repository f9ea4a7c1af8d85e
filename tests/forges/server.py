"""An HTTP server around the interface of a forge."""

import json
import re
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.forges.state import State


@dataclass(frozen=True, slots=True)
class Asked:
    """A request: the groups of its path, its query, its content."""

    place: Sequence[str]
    query: Mapping[str, str]
    content: Any
    url: str


@dataclass(frozen=True, slots=True)
class Answer:
    """A status, content and headers of a reply."""

    status: int
    content: Any
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its reply, to be held to a description of the interface."""

    method: str
    path: str
    sent: Any
    status: int
    content: Any


Handler = Callable[[State, Asked], Answer]


@dataclass(frozen=True, slots=True)
class Interface:
    """What a forge answers: handlers by method and pattern of the path; how a token is sent."""

    handlers: Mapping[tuple[str, str], Handler]
    authorization: tuple[str, str]


class ForgeServer:
    """Serves an interface at a loopback address until it is closed."""

    def __init__(self, interface: Interface) -> None:
        """Start to serve."""
        self.state = State()
        self.exchanges: list[Exchange] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self, interface))
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    @property
    def url(self) -> str:
        """The address of the interface."""
        return f"http://127.0.0.1:{self._server.server_port}/api"

    def close(self) -> None:
        """Stop to serve."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _handler(server: ForgeServer, interface: Interface) -> type[BaseHTTPRequestHandler]:
    class Handling(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("content-length", "0"))
            body = self.rfile.read(length)
            sent = json.loads(body) if body else None
            name, value = interface.authorization
            if self.headers.get(name) != value:
                answer = Answer(401, {"message": "Bad credentials"})
            elif server.state.refusal is not None:
                status, headers = server.state.refusal
                answer = Answer(status, {"message": "not now"}, headers)
            else:
                answer = _answer(server, interface, (self.command, self.path, sent))
            path = urlsplit(self.path).path.removeprefix("/api")
            server.exchanges.append(
                Exchange(self.command, path, sent, answer.status, answer.content)
            )
            self._reply(answer)

        def _reply(self, answer: Answer) -> None:
            body = json.dumps(answer.content).encode()
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST = do_PATCH = do_PUT = _do  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    return Handling


def _answer(server: ForgeServer, interface: Interface, asked: tuple[str, str, Any]) -> Answer:
    method, target, content = asked
    url = urlsplit(target)
    query = {name: values[-1] for name, values in parse_qs(url.query).items()}
    path = url.path.removeprefix("/api")
    for (one, pattern), handler in interface.handlers.items():
        found = re.fullmatch(pattern, path)
        if one == method and found:
            where = Asked(found.groups(), query, content, f"{server.url}{path}")
            return handler(server.state, where)
    return Answer(404, {"message": "Not Found"})


def page_of(found: Sequence[Any], asked: Asked, size: int) -> tuple[Sequence[Any], str | None]:
    """Return a page of a list and the address of the next one; pages count from 1."""
    page = int(asked.query.get("page", "1"))
    some = found[(page - 1) * size : page * size]
    rest = "&".join(f"{name}={value}" for name, value in asked.query.items() if name != "page")
    following = f"{asked.url}?{rest}&page={page + 1}" if page * size < len(found) else None
    return some, following
