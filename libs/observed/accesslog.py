"""Lines of a proxy's access log, as Istio's proxies write them where nobody says another form.

Text in the default form, or JSON with fields under the default names. JSON may also have
`downstream_peer_uri_san` and `downstream_tls_version`, and the header `x_forwarded_client_cert`,
which tell who called; without them only the server name tells that TLS was spoken.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

LINE_CHARACTERS_MAX: Final = 65_536
"""Longer lines are no line of a log."""

_MOMENT: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z"
_HEAD: Final = re.compile(
    rf'\[(?P<start_time>{_MOMENT})\] "(?P<method>\S+) (?P<path>\S+) (?P<protocol>\S+)" '
    r"(?P<response_code>\S+) (?P<response_flags>\S+) (?P<response_code_details>[^\"]*)"
)
_END: Final = r"-|\S+:\d+"
_TAIL: Final = re.compile(
    r'.*"(?P<authority>[^"]*)" "(?P<upstream_host>[^"]*)" (?P<upstream_cluster>\S+) '
    rf"(?P<upstream_local_address>{_END}) (?P<downstream_local_address>{_END}) "
    rf"(?P<downstream_remote_address>{_END}) (?P<requested_server_name>\S+) "
    r'(?P<route_name>[^"]*)$'
)
"""The last that fits: what callers choose themselves, such as their agent, stands before it."""

_TIME: Final = re.compile(_MOMENT)
_NOTHING: Final = ("-", "")
_UNANSWERED: Final = frozenset({"DPE", "LH", "NC", "NR", "RL", "RLSE", "UAEX", "UF", "UH", "UO"})
"""Flags of calls that were refused, or that reached nobody."""

_DENIED: Final = "rbac_access_denied"
_PROTOCOLS: Final[Mapping[str, str]] = {"HTTP/1.0": "http", "HTTP/1.1": "http", "HTTP/2": "http2"}
_IDENTITY: Final = re.compile(r"(?:^|;)URI=\"?(?P<uri>[^;,\"]+)")


@dataclass(frozen=True, slots=True)
class Address:
    """One end of a connection."""

    ip: str
    port: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One call or connection. What a line does not tell is empty or None.

    `answered` says that neither the proxy nor the network refused it. `peer` is the SPIFFE id in
    the caller's certificate; `encrypted` is None where the line cannot tell.
    """

    at: str
    answered: bool
    protocol: str
    method: str = ""
    path: str = ""
    authority: str = ""
    upstream: str = ""
    upstream_local: Address | None = None
    local: Address | None = None
    remote: Address | None = None
    server_name: str = ""
    peer: str = ""
    encrypted: bool | None = None


def entries(lines: Iterable[str]) -> Iterator[Entry]:
    """Yield the calls of a log. Lines of another form, such as a proxy's own words, are nothing."""
    for line in lines:
        found = entry(line.rstrip("\r\n"))
        if found is not None:
            yield found


def entry(line: str) -> Entry | None:
    """Read one line; None for one that is not of an access log."""
    if len(line) > LINE_CHARACTERS_MAX:
        return None
    fields = _json_fields(line) if line.startswith("{") else _text_fields(line)
    return _entry(fields) if fields is not None else None


def _json_fields(line: str) -> Mapping[str, Any] | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _text_fields(line: str) -> Mapping[str, Any] | None:
    head, tail = _HEAD.search(line), _TAIL.match(line)
    if head is None or tail is None or tail.start("authority") < head.end():
        return None
    return {**head.groupdict(), **tail.groupdict()}


def _entry(fields: Mapping[str, Any]) -> Entry | None:
    at = _TIME.fullmatch(_text(fields, "start_time"))
    upstream = _text(fields, "upstream_cluster")
    if at is None or "response_flags" not in fields:
        return None
    return Entry(
        at=f"{at[0][:19]}Z",
        answered=_answered(fields),
        protocol=_PROTOCOLS.get(_text(fields, "protocol"), "tcp"),
        method=_text(fields, "method"),
        path=re.split(r"[?#]", _text(fields, "path"), maxsplit=1)[0],
        authority=_text(fields, "authority").lower(),
        upstream=upstream,
        upstream_local=_address(_text(fields, "upstream_local_address")),
        local=_address(_text(fields, "downstream_local_address")),
        remote=_address(_text(fields, "downstream_remote_address")),
        server_name=_text(fields, "requested_server_name").lower(),
        peer=_peer(fields),
        encrypted=_encrypted(fields),
    )


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) and value not in _NOTHING else ""


def _answered(fields: Mapping[str, Any]) -> bool:
    flags = set(_text(fields, "response_flags").split(","))
    details = ("response_code_details", "connection_termination_details")
    denied = any(_DENIED in _text(fields, name) for name in details)
    return not denied and not flags & _UNANSWERED


def _address(text: str) -> Address | None:
    ip, _, port = text.rpartition(":")
    return Address(ip.strip("[]"), int(port)) if ip and port.isdigit() else None


def _peer(fields: Mapping[str, Any]) -> str:
    """Return who called: by the certificate, else by what the last proxy said of it."""
    names = _text(fields, "downstream_peer_uri_san")
    if names:
        return names.split(",")[0]
    forwarded = _text(fields, "x_forwarded_client_cert").rpartition(",")[2]
    found = _IDENTITY.search(forwarded)
    return found["uri"] if found is not None else ""


def _encrypted(fields: Mapping[str, Any]) -> bool | None:
    """Say whether the caller spoke TLS: the server name tells that it did, never that it did not.

    Callers of a mesh always send one, so that where no better field is logged its absence counts.
    """
    if "downstream_tls_version" in fields:
        return bool(_text(fields, "downstream_tls_version"))
    if "requested_server_name" in fields:
        return bool(_text(fields, "requested_server_name"))
    return None
