"""Calls as users write them: as JSON, or as a method and a URL behind the paths."""

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import urlsplit

from libs.compile.proxy import Proxy
from libs.routing.call import Call, CallError, call_from_fields, call_from_json
from tools.cli.errors import UnusableError

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_PORTS = {"http": 80, "https": 443}
_SCHEMES = ("http://", "https://")


def split(words: Sequence[str]) -> tuple[Sequence[str], Sequence[str]]:
    """Tell paths from the method and the URL behind them."""
    if words and words[-1].startswith(_SCHEMES):
        if len(words) > 1 and words[-2] in _METHODS:
            return words[:-2], words[-2:]
        return words[:-1], ("GET", words[-1])
    return words, ()


def usual_mode(proxy: Proxy | None) -> str:
    """Return the side of a call that a URL means where nothing is stated."""
    return "gateway" if proxy is not None and proxy.type == "router" else "outbound"


def from_url(words: Sequence[str], headers: Sequence[str], mode: str) -> Call:
    """Read a call from a method, a URL and headers `name: value`. Raises UnusableError."""
    method, url = words
    try:
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
    except ValueError as error:
        raise UnusableError(f"{url}: {error}") from error
    fields: dict[str, Any] = {
        "mode": mode,
        "method": method,
        "port": port,
        "tls": "tls" if parts.scheme == "https" else "plaintext",
        "address": parts.hostname or "",
        "host": parts.netloc.rpartition("@")[2],
        "path": (parts.path or "/") + (f"?{parts.query}" if parts.query else ""),
        "headers": dict(map(_header, headers)),
    }
    fields["host"] = fields["headers"].pop("host", fields["host"])
    return _checked(lambda: call_from_fields(fields), url)


def from_json(text: str, where: str) -> Call:
    """Read a call from JSON. Raises UnusableError that names `where`."""
    return _checked(lambda: call_from_json(text), where)


def single(
    words: Sequence[str], call: str, headers: Sequence[str], proxy: Proxy
) -> tuple[Sequence[str], Call]:
    """Return the paths and the one call of a command that takes exactly one.

    Raises UnusableError for none and for several.
    """
    paths, method_and_url = split(words)
    if bool(call) == bool(method_and_url):
        raise UnusableError("give exactly one of --call and METHOD URL")
    if method_and_url:
        return paths, from_url(method_and_url, headers, usual_mode(proxy))
    if headers:
        raise UnusableError("-H goes with METHOD URL; --call has a field for it")
    return paths, from_json(call, "--call")


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip():
        raise UnusableError(f"-H {text}: write `name: value`")
    return name.strip().lower(), value.strip()


def _checked(read: Callable[[], Call], where: str) -> Call:
    try:
        return read()
    except CallError as error:
        raise UnusableError(f"{where}: {error}") from error
