"""Which connections a workload's port takes: one filter chain for each kind of them.

Kinds, their conditions and their order of precedence are Istio's. A mesh's sidecar says by ALPN
that it speaks mutual TLS; every other TLS is the workload's own, which nobody here reads.
"""

from dataclasses import dataclass
from typing import Final

from libs.compile.peers import Mode
from libs.envoy.listener import PLAIN_HTTP
from libs.registry.service import Protocol

MESH_HTTP: Final = ("istio-http/1.0", "istio-http/1.1", "istio-h2")
"""What sidecars offer for requests."""

MESH_BYTES: Final = ("istio-peer-exchange", "istio")
"""What sidecars offer for connections that nobody reads."""

_MESH: Final = ("istio", "istio-peer-exchange", *MESH_HTTP)
_ENCRYPTED: Final = "tls"
_PLAIN: Final = "raw_buffer"


@dataclass(frozen=True, slots=True)
class Entrance:
    """One kind of connection: what its chain asks for, and what is done with it.

    `http` reads requests; `mutual` ends the mesh's TLS. An empty `transport` is any.
    """

    http: bool
    transport: str = ""
    mutual: bool = False
    protocols: tuple[str, ...] = ()

    @property
    def encrypted(self) -> bool:
        """Whether only TLS comes in here."""
        return self.transport == _ENCRYPTED


def entrances(protocol: Protocol, mode: Mode) -> tuple[Entrance, ...]:
    """Return how connections come in at a port, under what the workload asks of its callers."""
    if protocol is Protocol.AUTO:
        return _GUESSED[mode]
    return tuple(
        Entrance(protocol.is_http, one.transport, one.mutual, one.protocols)
        for one in _READ[mode]
        if not (protocol.is_http and one.encrypted and not one.mutual)
    )


_READ: dict[Mode, tuple[Entrance, ...]] = {
    "DISABLE": (Entrance(http=False),),
    "PERMISSIVE": (
        Entrance(http=False, transport=_ENCRYPTED, mutual=True, protocols=_MESH),
        Entrance(http=False, transport=_ENCRYPTED),
        Entrance(http=False, transport=_PLAIN),
    ),
    "STRICT": (Entrance(http=False, transport=_ENCRYPTED, mutual=True),),
}
"""Of a port whose protocol is known; TLS of others at a port for requests has no entrance."""

_GUESSED: dict[Mode, tuple[Entrance, ...]] = {
    "DISABLE": (Entrance(http=True, protocols=PLAIN_HTTP), Entrance(http=False)),
    "PERMISSIVE": (
        Entrance(http=True, transport=_ENCRYPTED, mutual=True, protocols=MESH_HTTP),
        Entrance(http=True, transport=_PLAIN, protocols=PLAIN_HTTP),
        Entrance(http=False, transport=_ENCRYPTED, mutual=True, protocols=MESH_BYTES),
        Entrance(http=False, transport=_PLAIN),
        Entrance(http=False, transport=_ENCRYPTED),
    ),
    "STRICT": (
        Entrance(http=True, transport=_ENCRYPTED, mutual=True, protocols=MESH_HTTP),
        Entrance(http=False, transport=_ENCRYPTED, mutual=True),
    ),
}

UNKNOWN: dict[Mode, tuple[Entrance, ...]] = {
    "DISABLE": (Entrance(http=False),),
    "PERMISSIVE": tuple(one for one in _GUESSED["PERMISSIVE"] if one.protocols != PLAIN_HTTP),
    "STRICT": _GUESSED["STRICT"],
}
"""Of ports that nobody declared; plain bytes there are not looked at."""
