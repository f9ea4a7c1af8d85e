"""One row of an expectation table: calls that are made, and what must come back."""

import http.client
import json
import math
import socket
import ssl
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import grpc

from tests.e2e import certificates
from tests.e2e.dnscalls import ask

FALSE_ALARM_MAX = 1e-7
"""Chance that correct weights are called wrong, for each side of each share."""

NO_ANSWER = 0
"""The status of a call whose connection was refused or ended; its body names the error."""

_TIMEOUT_S = 10.0


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back. `seen` is what the workload saw, empty when none answered."""

    status: int
    headers: Mapping[str, str]
    body: str
    elapsed_ms: float
    seen: Mapping[str, Any] = field(default_factory=dict)


def make(call: Mapping[str, Any]) -> Iterator[Reply]:
    """Make the calls of a row over one kept connection.

    With `connections` they are made over each of so many, with `at_once` over so many together.
    """
    together = call.get("at_once", 1)
    if together == 1:
        for _ in range(call.get("connections", 1)):
            yield from _over_one(call)
        return
    with ThreadPoolExecutor(together) as pool:
        for replies in pool.map(lambda _: list(_over_one(call)), range(together)):
            yield from replies


def _over_one(call: Mapping[str, Any]) -> Iterator[Reply]:
    host, _, port = str(call["to"]).rpartition(":")
    if "grpc" in call:
        yield from _grpc(call)
        return
    if "dns" in call:
        yield _looked_up(call, (host, int(port)))
        return
    if "bytes" in call:
        silence_s = call.get("silent_ms", 0) / 1000
        yield _exchange(host, int(port), call["bytes"].encode(), silence_s)
        return
    try:
        connection = _connection(call, host, int(port))
    except OSError as error:
        yield Reply(NO_ANSWER, {}, type(error).__name__, 0.0)
        return
    try:
        for number in range(call.get("times", 1)):
            yield _one(connection, call, str(number))
    except (OSError, http.client.HTTPException) as error:
        yield Reply(NO_ANSWER, {}, type(error).__name__, 0.0)
    finally:
        connection.close()


def _connection(call: Mapping[str, Any], host: str, port: int) -> http.client.HTTPConnection:
    """With `tls` ask for its `name`, show the client's certificate `shown`, offer its `alpn`."""
    wanted = call.get("tls")
    if wanted is None:
        return http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    raw = socket.create_connection((host, port), timeout=_TIMEOUT_S)
    # A request behind the last word of a handshake must not wait until that is acknowledged.
    raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    context = _context(json.dumps({**wanted, "name": ""}, sort_keys=True))
    connection = http.client.HTTPConnection(host, port, timeout=_TIMEOUT_S)
    connection.sock = context.wrap_socket(raw, server_hostname=wanted["name"])
    return connection


def _grpc(call: Mapping[str, Any]) -> Iterator[Reply]:
    """Call the method `grpc`, with `tls` over TLS; the answer's `code` is the name of a status."""
    options = [("grpc.default_authority", call["host"]), ("grpc.enable_retries", 0)]
    sent = tuple((name, str(value)) for name, value in call.get("headers", {}).items())
    with _channel(call, options) as channel:
        say: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(call["grpc"])
        for _ in range(call.get("times", 1)):
            started = time.perf_counter()
            try:
                seen = {**json.loads(say(b"", timeout=_TIMEOUT_S, metadata=sent)), "code": "OK"}
            except grpc.RpcError as error:
                seen = {"code": error.code().name}
            yield Reply(NO_ANSWER, {}, "", (time.perf_counter() - started) * 1000, seen)


def _channel(call: Mapping[str, Any], options: Sequence[tuple[str, Any]]) -> grpc.Channel:
    wanted = call.get("tls")
    if wanted is None:
        return grpc.insecure_channel(call["to"], options)
    trusted = (Path(wanted["certificates"]) / "ca.pem").read_bytes()
    named = ("grpc.ssl_target_name_override", wanted["name"])
    return grpc.secure_channel(call["to"], grpc.ssl_channel_credentials(trusted), [*options, named])


def _looked_up(call: Mapping[str, Any], at: tuple[str, int]) -> Reply:
    """Ask for the addresses of the name `dns`, IPv6 ones with `kind: AAAA`."""
    try:
        answer = ask(at, call["dns"], call.get("kind", "A"))
    except OSError as error:
        return Reply(NO_ANSWER, {}, type(error).__name__, 0.0)
    seen = {"code": answer.code, "addresses": sorted(answer.addresses)}
    return Reply(NO_ANSWER, {}, "", 0.0, seen)


def _exchange(host: str, port: int, sent: bytes, silence_s: float) -> Reply:
    """Send bytes as they are, after a silence, and take everything that comes back."""
    got = b""
    try:
        with socket.create_connection((host, port), timeout=_TIMEOUT_S) as raw:
            time.sleep(silence_s)
            raw.sendall(sent)
            while part := raw.recv(65536):
                got += part
    except OSError as error:
        return Reply(NO_ANSWER, {}, type(error).__name__, 0.0)
    return Reply(NO_ANSWER, {}, got.decode(errors="replace"), 0.0)


@cache
def _context(written: str) -> ssl.SSLContext:
    """Return what a client is able to speak; its name may stand for another in certificates."""
    wanted = json.loads(written)
    context = certificates.client(Path(wanted["certificates"]), wanted.get("shown", ""))
    if "alpn" in wanted:
        context.set_alpn_protocols(wanted["alpn"])
    if "newest" in wanted:
        context.maximum_version = ssl.TLSVersion[wanted["newest"]]
    if "curve" in wanted:
        context.set_ecdh_curve(wanted["curve"])
    if "ciphers" in wanted:
        context.set_ciphers(wanted["ciphers"])
    if wanted.get("any_name"):
        context.check_hostname = False
    return context


def _one(connection: http.client.HTTPConnection, call: Mapping[str, Any], number: str) -> Reply:
    """Make one call; `{n}` in its path or headers is the number of the call."""
    path = call.get("path", "/").replace("{n}", number)
    started = time.perf_counter()
    connection.putrequest(call.get("method", "GET"), path, skip_host=True)
    connection.putheader("host", call["host"])
    for name, value in call.get("headers", {}).items():
        connection.putheader(name, str(value).replace("{n}", number))
    connection.endheaders()
    response = connection.getresponse()
    body = response.read().decode()
    elapsed_ms = (time.perf_counter() - started) * 1000
    headers = {name.lower(): value for name, value in response.getheaders()}
    seen = json.loads(body) if "x-from" in headers else {}
    return Reply(response.status, headers, body, elapsed_ms, seen)


def differences(expected: Mapping[str, Any], replies: Sequence[Reply]) -> Iterator[str]:
    """Say how replies differ from what a row expects; nothing when they do not."""
    for name, wanted in expected.items():
        if name == "shares":
            yield from _shares(wanted, replies)
        elif name == "statuses":
            yield from _statuses(wanted, replies)
        elif name == "status_shares":
            yield from _status_shares(wanted, replies)
        elif name == "every_status":
            found = sorted({reply.status for reply in replies})
            if found != sorted(wanted):
                yield f"answers had the statuses {found}, not {wanted}"
        elif name in ("all_of", "only_one_of"):
            yield from _answering(wanted, replies, alone=name == "only_one_of")
        elif name not in _FACTS:
            yield f"a table cannot expect `{name}`"
        else:
            yield from (
                f"{name}: wanted {wanted!r}, got {found!r}"
                for reply in replies
                if not _fits(name, wanted, found := _FACTS[name](reply))
            )


def _fits(name: str, wanted: Any, found: Any) -> bool:
    if name in _COMPARED:
        return _COMPARED[name](wanted, found)
    if isinstance(wanted, dict):
        return all(_same(found.get(key), value) for key, value in wanted.items())
    return bool(found in wanted) if isinstance(wanted, list) else bool(found == wanted)


def _are_in(network: str, addresses: Sequence[str]) -> bool:
    return all(ip_address(one) in ip_network(network) for one in addresses) and bool(addresses)


_COMPARED: Mapping[str, Callable[[Any, Any], bool]] = {
    "addresses": lambda wanted, found: bool(wanted == found),
    "addresses_in": _are_in,
    "at_least_ms": lambda wanted, found: bool(found >= wanted),
    "at_most_ms": lambda wanted, found: bool(found <= wanted),
    "lacks": lambda wanted, found: wanted not in found,
    "says": lambda wanted, found: wanted in found,
    "says_header": lambda wanted, found: wanted in found,
    "spells": lambda wanted, found: wanted in found,
}
"""Facts that are not compared with a value or with several of which one is enough."""


def _same(found: Any, wanted: Any) -> bool:
    """Compare a header: null means absent, a list all of its values, a text its only one."""
    if isinstance(found, list) and not isinstance(wanted, list):
        return bool(found == [str(wanted)])
    return bool(found == wanted)


_FACTS: Mapping[str, Callable[[Reply], Any]] = {
    "status": lambda reply: reply.status,
    "code": lambda reply: reply.seen.get("code"),
    "addresses": lambda reply: reply.seen.get("addresses"),
    "addresses_in": lambda reply: reply.seen.get("addresses"),
    "body": lambda reply: reply.body,
    "says": lambda reply: reply.body,
    "says_header": lambda reply: " ".join(reply.headers.values()),
    "lacks": lambda reply: reply.body,
    "spells": lambda reply: reply.seen.get("spelled", ()),
    "workload": lambda reply: reply.seen.get("workload"),
    "path": lambda reply: reply.seen.get("path"),
    "upstream_host": lambda reply: reply.seen.get("host"),
    "server_name": lambda reply: reply.seen.get("server_name"),
    "tunnel": lambda reply: reply.seen.get("tunnel"),
    "introduced": lambda reply: reply.seen.get("introduced"),
    "alpn": lambda reply: reply.seen.get("alpn"),
    "client": lambda reply: reply.seen.get("client"),
    "attempt": lambda reply: reply.seen.get("attempt"),
    "upstream_headers": lambda reply: reply.seen.get("headers", {}),
    "headers": lambda reply: reply.headers,
    "at_least_ms": lambda reply: reply.elapsed_ms,
    "at_most_ms": lambda reply: reply.elapsed_ms,
}


def _shares(wanted: Mapping[str, float], replies: Sequence[Reply]) -> Iterator[str]:
    """Compare how often each workload answered with bounds that chance alone does not leave."""
    counts = Counter(str(reply.seen.get("workload")) for reply in replies)
    yield from _compared(wanted, counts, len(replies))


def _status_shares(wanted: Mapping[int, float], replies: Sequence[Reply]) -> Iterator[str]:
    """Compare how often each status came back."""
    counts = Counter(str(reply.status) for reply in replies)
    shares = {str(status): percent for status, percent in wanted.items()}
    yield from _compared(shares, counts, len(replies))


def _compared(wanted: Mapping[str, float], counts: "Counter[str]", times: int) -> Iterator[str]:
    for unknown in counts.keys() - wanted.keys():
        yield f"shares: {counts[unknown]} answers of {unknown}, which has no share"
    for name, percent in wanted.items():
        low, high = bounds(times, percent / 100)
        if not low <= counts[name] <= high:
            yield f"shares: {counts[name]} answers of {name}, not {low} to {high}"


def _statuses(wanted: Mapping[int, int], replies: Sequence[Reply]) -> Iterator[str]:
    """Compare how often each status came back, exactly."""
    found = Counter(reply.status for reply in replies)
    if found != wanted:
        yield f"statuses: wanted {dict(wanted)}, got {dict(found)}"


def _answering(wanted: Sequence[str], replies: Sequence[Reply], *, alone: bool) -> Iterator[str]:
    """Compare which workloads answered: every one that is named, or a single one of them."""
    found = {str(reply.seen.get("workload")) for reply in replies}
    if not found <= set(wanted) or len(found) != (1 if alone else len(wanted)):
        yield f"answers came from {sorted(found)}, not {'one' if alone else 'all'} of {wanted}"


def bounds(times: int, share: float) -> tuple[int, int]:
    """Return the counts that a share gives, but for a chance below FALSE_ALARM_MAX on each side."""
    chances = [_chance(times, share, count) for count in range(times + 1)]
    low, below = 0, chances[0]
    while below < FALSE_ALARM_MAX:
        low += 1
        below += chances[low]
    high, above = times, chances[times]
    while above < FALSE_ALARM_MAX:
        high -= 1
        above += chances[high]
    return low, high


def _chance(times: int, share: float, count: int) -> float:
    """Return the binomial chance of exactly `count`, by logarithms: the numbers are too large."""
    if share in (0.0, 1.0):
        return float(count == round(times * share))
    log = math.lgamma(times + 1) - math.lgamma(count + 1) - math.lgamma(times - count + 1)
    return math.exp(log + count * math.log(share) + (times - count) * math.log1p(-share))
