"""One call, as users write it: which side, to where, by which protocol, with which request."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from ipaddress import ip_address
from typing import Any, Final, TypeVar

import orjson

_PORT_MAX = 65535
_Word = TypeVar("_Word", bound=StrEnum)


class CallError(ValueError):
    """A description that is no call; the text says what to write instead."""


class Mode(StrEnum):
    """Where the call enters the proxy."""

    OUTBOUND = "outbound"
    INBOUND = "inbound"
    GATEWAY = "gateway"


class Protocol(StrEnum):
    """What is spoken inside the connection, and inside TLS where there is TLS."""

    HTTP = "http"
    HTTP2 = "http2"
    TCP = "tcp"


class Tls(StrEnum):
    """What the client does about TLS: none, without a certificate of its own, with one."""

    PLAINTEXT = "plaintext"
    TLS = "tls"
    MTLS = "mtls"


class Token(StrEnum):
    """Whether the token that a call carries can be verified."""

    GOOD = "good"
    BAD = "bad"
    """forged, signed by nobody, expired, or from a time to come"""


_ALPN: Final[Mapping[tuple[Tls, Protocol], tuple[str, ...]]] = {
    (Tls.TLS, Protocol.HTTP): ("http/1.1",),
    (Tls.TLS, Protocol.HTTP2): ("h2",),
    (Tls.MTLS, Protocol.HTTP): ("istio-http/1.1", "istio"),
    (Tls.MTLS, Protocol.HTTP2): ("istio-h2", "istio"),
    (Tls.MTLS, Protocol.TCP): ("istio",),
}
MESH_CERTIFICATE: Final = "mesh"


@dataclass(frozen=True, slots=True)
class Call:
    """A call with its defaults filled in. Header names are in lower case.

    `address` is where the client connects to, empty for any. `source` is as given.
    `claims` are those of a good token that the call carries; a bad one has none that count.
    """

    mode: Mode
    port: int
    address: str = ""
    protocol: Protocol = Protocol.HTTP
    tls: Tls = Tls.PLAINTEXT
    alpn: tuple[str, ...] = ()
    sni: str = ""
    host: str = ""
    method: str = "GET"
    path: str = "/"
    headers: Mapping[str, str] = field(default_factory=dict)
    source: Mapping[str, str] = field(default_factory=dict)
    client_cert: str = MESH_CERTIFICATE
    claims: Mapping[str, Any] = field(default_factory=dict)
    token: Token = Token.GOOD

    @property
    def scheme(self) -> str:
        """What Envoy takes as the request's scheme: whether its own connection is encrypted."""
        return "http" if self.tls is Tls.PLAINTEXT else "https"


_FIELDS: Final[Mapping[str, tuple[type, ...]]] = {
    "mode": (str,),
    "address": (str,),
    "port": (int,),
    "protocol": (str,),
    "tls": (str,),
    "alpn": (str, list),
    "sni": (str,),
    "host": (str,),
    "method": (str,),
    "path": (str,),
    "headers": (dict,),
    "source": (dict,),
    "client_cert": (str,),
    "claims": (dict,),
    "token": (str,),
}


def call_from_json(text: bytes | str) -> Call:
    """Read the command line's form of a call. Raises CallError with a sentence."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError as error:
        raise CallError(f"the call is no JSON: {error}") from error
    if not isinstance(value, dict):
        raise CallError('the call is no JSON object; write {"mode":"outbound","port":80,...}')
    return call_from_fields(value)


def call_from_fields(value: Mapping[str, Any]) -> Call:
    """Check the fields of a call and fill in defaults. Raises CallError with a sentence."""
    for name, given in value.items():
        _check(name, given)
    mode = _choice(Mode, value, "mode", Mode.OUTBOUND)
    protocol = _choice(Protocol, value, "protocol", Protocol.HTTP)
    tls = _choice(Tls, value, "tls", Tls.PLAINTEXT)
    address = value.get("address", "")
    host = value.get("host", address)
    given = value.get("alpn", _ALPN.get((tls, protocol), ()))
    return Call(
        mode=mode,
        port=_port(value),
        address=address if _is_ip(address) else "",
        protocol=protocol,
        tls=tls,
        alpn=(given,) if isinstance(given, str) else tuple(given),
        sni=value.get("sni", _without_port(host) if tls is not Tls.PLAINTEXT else "").lower(),
        host=host,
        method=value.get("method", "GET"),
        path=value.get("path", "/"),
        headers=_texts(value, "headers", lower=True),
        source=_texts(value, "source"),
        client_cert=value.get("client_cert", MESH_CERTIFICATE),
        claims=value.get("claims", {}),
        token=_choice(Token, value, "token", Token.GOOD),
    )


def _check(name: str, given: object) -> None:
    wanted = _FIELDS.get(name)
    if wanted is None:
        raise CallError(f"unknown field `{name}` of a call; known are {', '.join(_FIELDS)}")
    if not isinstance(given, wanted) or isinstance(given, bool):
        raise CallError(f"`{name}` of a call is no {wanted[0].__name__}")


def _choice(kind: type[_Word], value: Mapping[str, Any], name: str, default: _Word) -> _Word:
    try:
        return kind(value.get(name, default))
    except ValueError as error:
        raise CallError(f"`{name}` is `{value[name]}`; write one of {', '.join(kind)}") from error


def _port(value: Mapping[str, Any]) -> int:
    port = value.get("port")
    if not isinstance(port, int) or not 0 < port <= _PORT_MAX:
        raise CallError(f'a call needs "port", a number from 1 to {_PORT_MAX}')
    return port


def _texts(value: Mapping[str, Any], name: str, *, lower: bool = False) -> Mapping[str, str]:
    given = value.get(name, {})
    if not all(isinstance(one, str) for one in given.values()):
        raise CallError(f"`{name}` of a call maps names to texts")
    return {key.lower() if lower else key: one.strip() for key, one in given.items()}


def _is_ip(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _without_port(host: str) -> str:
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host
