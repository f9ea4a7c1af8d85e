"""Makes one call to a real Envoy: over TLS or not, HTTP/1.1, HTTP/2, or bytes of no known kind."""

import http.client
import json
import socket
import ssl
import subprocess
import time
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from libs.routing.call import Call, Protocol, Tls
from tests.agree.callers import address_of, certificate_of
from tests.agree.redirection import handed_on

NO_ANSWER = 0
"""The status of a call whose connection was refused or ended."""
_TIMEOUT_S = 10.0
Facts = dict[str, Any]
Address = tuple[str, int]


def ask(
    call: Call,
    names: Iterable[str],
    folder: Path | None = None,
    introduced: Mapping[str, int] | None = None,
    *,
    again: int = 0,
) -> Facts:
    """Make a call and return what came of it; of headers only those in `names`.

    `folder` has the certificates, for calls over TLS. `introduced` are the ports to which calls of
    a mode are redirected, where they are. `again` is how often it is made once more, each time over
    a connection of its own; of those only the status counts.
    """
    facts = _asked(call, list(names), folder, introduced or {})
    then = [_asked(call, [], folder, introduced or {})["status"] for _ in range(again)]
    return {**facts, "then": then}


def _asked(
    call: Call, names: list[str], folder: Path | None, introduced: Mapping[str, int]
) -> Facts:
    started = time.perf_counter()
    made = _by_curl if call.protocol is Protocol.HTTP2 else _over_one_connection
    try:
        with ExitStack() as stack:
            at = (call.address, call.port)
            if call.mode in introduced:
                at = stack.enter_context(handed_on(call, introduced[call.mode]))
            status, given, body = made(call, at, folder)
    except (OSError, http.client.HTTPException):
        return {"status": NO_ANSWER, "elapsed_s": time.perf_counter() - started}
    elapsed_s = time.perf_counter() - started
    return _facts(status, given, body, elapsed_s, names)


Answer = tuple[int, Mapping[str, list[str]], str]


def _over_one_connection(call: Call, at: Address, folder: Path | None) -> Answer:
    origin = (_origin(call, at), 0)
    connection = http.client.HTTPConnection(*at, timeout=_TIMEOUT_S, source_address=origin)
    try:
        if call.tls is not Tls.PLAINTEXT:
            raw = socket.create_connection(at, _TIMEOUT_S, origin)
            connection.sock = _encrypted(raw, call, folder)
        connection.putrequest(call.method, call.path, skip_host=True, skip_accept_encoding=True)
        connection.putheader("host", call.host)
        for name, value in call.headers.items():
            connection.putheader(name, value)
        if call.method != "GET":
            connection.putheader("content-length", "0")
        connection.endheaders()
        response = connection.getresponse()
        body = response.read().decode()
    finally:
        connection.close()
    return response.status, _by_name(response.getheaders()), body


def _encrypted(raw: socket.socket, call: Call, folder: Path | None) -> ssl.SSLSocket:
    """Speak TLS; whom the server's certificate is for is not this client's question."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    if call.alpn:
        context.set_alpn_protocols(list(call.alpn))
    if call.tls is Tls.MTLS and folder is not None:
        shown = certificate_of(call)
        context.load_cert_chain(folder / f"{shown}.pem", folder / f"{shown}.key")
    try:
        return context.wrap_socket(raw, server_hostname=call.sni or None)
    except OSError:
        raw.close()
        raise


def _origin(call: Call, at: Address) -> str:
    """Return the address that a client calls from; empty for any, and where others tell it."""
    return address_of(call) if at == (call.address, call.port) else ""


def _by_curl(call: Call, at: Address, folder: Path | None) -> Answer:
    """Ask over HTTP/2, which the standard library does not speak."""
    command = ["curl", "--silent", "--include", "--path-as-is", "--max-time", str(_TIMEOUT_S)]
    if call.tls is Tls.PLAINTEXT:
        url = f"http://{at[0]}:{at[1]}{call.path}"
        command.append("--http2-prior-knowledge")
    else:
        url = f"https://{call.sni}:{call.port}{call.path}"
        reached = f"{call.sni}:{call.port}:{at[0]}:{at[1]}"
        command += ["--http2", "--insecure", "--connect-to", reached]
    if call.tls is Tls.MTLS and folder is not None:
        shown = certificate_of(call)
        command += ["--cert", str(folder / f"{shown}.pem")]
        command += ["--key", str(folder / f"{shown}.key")]
    if _origin(call, at):
        command += ["--interface", _origin(call, at)]
    stated = {"host": call.host, "user-agent": "", "accept": "", **call.headers}
    for name, value in stated.items():
        # Without a value curl leaves a header out; a semicolon asks for an empty one.
        empty = ":" if name in ("user-agent", "accept") else ";"
        command += ["--header", f"{name}: {value}" if value else f"{name}{empty}"]
    made = subprocess.run(
        [*command, "--request", call.method, url], capture_output=True, check=False
    )
    head, _, body = made.stdout.decode().partition("\r\n\r\n")
    first, *lines = head.split("\r\n")
    if not first.startswith("HTTP/2 "):
        raise http.client.HTTPException(first)
    pairs = [(name, value.strip()) for name, _, value in (line.partition(":") for line in lines)]
    return int(first.split()[1]), _by_name(pairs), body


def _by_name(pairs: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    given: dict[str, list[str]] = {}
    for name, value in pairs:
        given.setdefault(name.lower(), []).append(value)
    return given


def _facts(
    status: int, given: Mapping[str, list[str]], body: str, elapsed_s: float, names: list[str]
) -> Facts:
    facts: Facts = {"status": status, "elapsed_s": elapsed_s}
    facts["response"] = {name: ",".join(given[name]) for name in names if name in given}
    if "x-from" in given:
        seen = json.loads(body)
        facts |= {"workload": seen["workload"], "path": seen["path"], "host": seen["host"]}
        facts["attempt"] = seen["attempt"]
        facts["request"] = {
            name: ",".join(seen["headers"][name]) for name in names if name in seen["headers"]
        }
    else:
        facts |= {"body": body, "location": ",".join(given.get("location", []))}
    return facts
