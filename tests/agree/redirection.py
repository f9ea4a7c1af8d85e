"""Stands for what redirects connections into a proxy.

A kernel keeps where a redirected connection was meant to go, and needs rights and modules for it.
Here a line of the PROXY protocol says it instead, and says from where, so that sources need not be
addresses of this machine. An Envoy reads that line where it would have asked the kernel.
"""

import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Thread
from typing import Any, Final

from libs.routing.call import Call, Mode

_TIMEOUT_S = 10.0
_READ_BYTES = 65536
_SOURCE = "127.0.0.1"
_SOURCE_PORT = 40_000
_ORIGINAL: Final = "envoy.extensions.filters.listener.original_dst.v3.OriginalDst"
_INTRODUCTION: Final = {
    "name": "envoy.filters.listener.proxy_protocol",
    "typedConfig": {
        "@type": "type.googleapis.com/"
        "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
    },
}
_Address = tuple[str, int]


def reading_lines(bootstrap: dict[str, Any]) -> dict[str, Any]:
    """Let the listeners that intercept take the line, before they ask the kernel in vain."""
    for one in bootstrap["static_resources"]["listeners"]:
        filters = one.get("listenerFilters", [])
        restores = any(each["typedConfig"]["@type"].endswith(_ORIGINAL) for each in filters)
        if restores or one.get("useOriginalDst"):
            one["listenerFilters"] = [_INTRODUCTION, *filters]
    return bootstrap


@contextmanager
def handed_on(call: Call, port: int) -> Iterator[_Address]:
    """Yield an address at which one connection is taken, for the proxy's listener at `port`.

    0 is the listener that the call is for.
    """
    to = (call.address, port or call.port) if call.mode is Mode.GATEWAY else (_SOURCE, port)
    source = call.source.get("ip", _SOURCE)
    line = f"PROXY TCP4 {source} {call.address} {_SOURCE_PORT} {call.port}\r\n"
    with socket.create_server((_SOURCE, 0)) as server:
        server.settimeout(_TIMEOUT_S)
        thread = Thread(target=_hand_on, args=(server, to, line.encode()), daemon=True)
        thread.start()
        yield server.getsockname()
    thread.join()


def _hand_on(server: socket.socket, to: _Address, line: bytes) -> None:
    """Take one connection and let bytes through in both directions until both sides are done."""
    with suppress(OSError), server.accept()[0] as client:
        client.settimeout(_TIMEOUT_S)
        with socket.create_connection(to, _TIMEOUT_S) as proxy:
            proxy.sendall(line)
            back = Thread(target=_pump, args=(proxy, client), daemon=True)
            back.start()
            _pump(client, proxy)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while part := source.recv(_READ_BYTES):
            sink.sendall(part)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
