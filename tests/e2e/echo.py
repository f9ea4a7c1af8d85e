"""Upstreams that answer with what reached them, and fail or wait when a request asks for it.

A request says with `x-fail-attempts: N` that its first N attempts get a failure, with
`x-fail-at: W` that workload W fails, with `x-fail-status: S` that a failure is not 503 but S,
and with `x-delay-ms: N` how long the answer waits. Attempts are in `x-envoy-attempt-count`.
All requests that arrive are counted by workload.
"""

import json
import ssl
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Addresses = Mapping[tuple[str, int], str]
"""Name of the workload at each address and port."""

Contexts = Mapping[tuple[str, int], ssl.SSLContext]
"""TLS of those addresses that speak it."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], workload: str, arrived: "Counter[str]") -> None:
        super().__init__(address, _Handler)
        self.workload = workload
        self.arrived = arrived

    def encrypt(self, context: ssl.SSLContext) -> None:
        """Speak TLS from now on."""
        context.sni_callback = _remember
        self.socket = context.wrap_socket(self.socket, server_side=True)

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

    def do_GET(self) -> None:
        """Answer with what arrived."""
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.server.arrived[self.server.workload] += 1
        attempt = int(self.headers.get("x-envoy-attempt-count", 1))
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

    do_POST = do_GET  # noqa: N815 - the name that the base class calls
    do_PUT = do_GET  # noqa: N815 - the name that the base class calls

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
    with ExitStack() as stack:
        for address, workload in addresses.items():
            server = stack.enter_context(_Server(address, workload, arrived))
            if contexts and address in contexts:
                server.encrypt(contexts[address])
            thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
            thread.start()
            stack.callback(thread.join)
            stack.callback(server.shutdown)
        yield arrived
