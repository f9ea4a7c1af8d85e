"""Upstreams that answer with what reached them, and fail or wait when a request asks for it.

A request says with `x-fail-attempts: N` that its first N attempts get a failure, with
`x-fail-at: W` that workload W fails, with `x-fail-status: S` that a failure is not 503 but S,
and with `x-delay-ms: N` how long the answer waits, with `x-delay-at: W` only that of W.
Attempts are in `x-envoy-attempt-count`.
All requests that arrive are counted by workload. CONNECT opens a tunnel to the workload itself, as
POST in chunks does, and a header of the PROXY protocol is read; both are told in later answers on
the connection.
"""

import io
import json
import selectors
import socket
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.e2e.posttunnel import ChunkReader, ChunkWriter

Addresses = Mapping[tuple[str, int], str]
"""Name of the workload at each address and port."""

Contexts = Mapping[tuple[str, int], ssl.SSLContext]
"""TLS of those addresses that speak it."""


_SECOND_VERSION = b"\r\n\r\n\x00\r\nQUIT\n"
_SECOND_VERSION_BYTES = 16
"""Start and length of the fixed part of the PROXY protocol's second version."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    timeout = 0

    def __init__(self, address: tuple[str, int], workload: str, arrived: "Counter[str]") -> None:
        super().__init__(address, _Handler)
        self.workload = workload
        self.arrived = arrived

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        context.sni_callback = _remember
        self.socket = context.wrap_socket(
            self.socket, server_side=True, do_handshake_on_connect=False
        )

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing: clients that do not get through are part of the tests."""


def _remember(connection: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
    """Keep the server name that a client asks for."""
    connection.__dict__["asked"] = name or ""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 65536  # one packet per answer: two would wait for each other's acknowledgement
    disable_nagle_algorithm = True
    server: _Server
    tunnel = ""
    introduced = ""

    def handle(self) -> None:
        """Read the introduction of the connection, if there is one, then its requests."""
        head = self.rfile.peek(len(_SECOND_VERSION))  # type: ignore[attr-defined]
        if head.startswith(b"PROXY "):
            self.rfile.readline()
            self.introduced = "V1"
        elif head.startswith(_SECOND_VERSION):
            fixed = self.rfile.read(_SECOND_VERSION_BYTES)
            self.rfile.read(int.from_bytes(fixed[-2:], "big"))
            self.introduced = "V2"
        super().handle()

    def do_CONNECT(self) -> None:
        """Let everything through that follows, to this workload."""
        self.tunnel = self.path
        self.send_response(200)
        self.end_headers()
        self.close_connection = False

    def do_GET(self) -> None:
        """Answer with what arrived."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.arrived[self.server.workload] += 1
        attempt = int(self.headers.get("x-envoy-attempt-count", 1))
        if self.headers.get("x-delay-at", self.server.workload) == self.server.workload:
            time.sleep(int(self.headers.get("x-delay-ms", 0)) / 1000)
        failing = attempt <= int(self.headers.get("x-fail-attempts", 0))
        failing = failing or self.headers.get("x-fail-at") == self.server.workload
        body = json.dumps(self._seen(attempt)).encode()
        self.send_response(int(self.headers.get("x-fail-status", 503)) if failing else 200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.send_header("x-from", self.server.workload)
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self) -> None:
        """Answer as for GET; a body in chunks is a tunnel to this workload, as by CONNECT."""
        if self.headers.get("transfer-encoding") != "chunked":
            self.do_GET()
            return
        self.server.arrived[self.server.workload] += 1
        self.tunnel = f"POST {self.headers['host']}"
        self.send_response(200)
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        self.wfile.flush()
        self.rfile = io.BufferedReader(ChunkReader(self.rfile))
        written: io.RawIOBase = ChunkWriter(self.wfile)
        self.wfile = io.BufferedWriter(written, self.wbufsize)
        self.close_connection = False

    do_PUT = do_GET  # noqa: N815 - the name that the base class calls
    do_PATCH = do_GET  # noqa: N815 - the name that the base class calls
    do_DELETE = do_GET  # noqa: N815 - the name that the base class calls
    do_OPTIONS = do_GET  # noqa: N815 - the name that the base class calls

    def _seen(self, attempt: int) -> dict[str, Any]:
        headers: dict[str, list[str]] = {}
        for name, value in self.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        return {
            "workload": self.server.workload,
            "method": self.command,
            "path": self.requestline.split()[1],  # `path` has lost a second slash in front
            "host": self.headers.get("host", ""),
            "attempt": attempt,
            "headers": headers,
            "spelled": [name for name, _ in self.headers.items()],
            "tunnel": self.tunnel,
            "introduced": self.introduced,
            **self._secured(),
        }

    def _secured(self) -> dict[str, Any]:
        """Say which server name was asked for, what is spoken, and which certificate was shown."""
        if not isinstance(self.connection, ssl.SSLSocket):
            return {}
        certificate: dict[str, Any] = self.connection.getpeercert() or {}
        shown = certificate.get("subjectAltName", ())
        return {
            "server_name": vars(self.connection).get("asked", ""),
            "alpn": self.connection.selected_alpn_protocol(),
            "client": ",".join(str(name) for _, name in shown),
        }

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - inherited name
        """Say nothing."""


@contextmanager
def echoes(addresses: Addresses, contexts: Contexts | None = None) -> Iterator["Counter[str]"]:
    """Serve all addresses while the context lasts; yields what arrived, by workload."""
    arrived: Counter[str] = Counter()
    with ExitStack() as stack, selectors.DefaultSelector() as selector:
        ending, wakes = socket.socketpair()
        stack.enter_context(ending)
        stack.enter_context(wakes)
        selector.register(wakes, selectors.EVENT_READ)
        for address, workload in addresses.items():
            server = stack.enter_context(_Server(address, workload, arrived))
            if contexts and address in contexts:
                server.encrypt(contexts[address])
            selector.register(server, selectors.EVENT_READ, server)
        thread = threading.Thread(target=_accept, args=(selector,), daemon=True)
        thread.start()
        try:
            yield arrived
        finally:
            ending.sendall(b".")
            thread.join()


def _accept(selector: selectors.BaseSelector) -> None:
    """Let every server take its connections until something else is there to read."""
    while True:
        for key, _ in selector.select():
            if key.data is None:
                return
            key.data.handle_request()
