"""Where a demo lives on this machine: a loopback network and gateway ports of its own.

The example fleet is written for 127.1.0.0/16 and ports 18081 and 18082. A second demo on the same
machine moves to 127.2.0.0/16 and the next two ports, so that demos never meet.
"""

import socket
from dataclasses import dataclass
from types import TracebackType
from typing import Self

NETWORKS_MAX = 200
GATEWAY_PORTS = (18081, 18082)
"""Ports of the gateways as the example fleet writes them."""
_CLAIM_PORT = 9079


@dataclass(frozen=True, slots=True)
class Place:
    """The second octet of the loopback network; held until closed."""

    octet: int
    claim: socket.socket

    def __enter__(self) -> Self:
        """Hold the place."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Give the place back."""
        self.claim.close()

    def moved(self, text: str) -> str:
        """Return the example fleet's text with its addresses and ports moved to this place."""
        return moved(text, self.octet)


def moved(text: str, octet: int) -> str:
    """Return the example fleet's text with addresses and ports moved to network `octet`."""
    for port in GATEWAY_PORTS:
        text = text.replace(str(port), str(_gateway_port(port, octet)))
    return text.replace("127.1.", f"127.{octet}.")


def claim_place() -> Place:
    """Claim the first free network. Raises OSError when all are taken."""
    for octet in range(1, NETWORKS_MAX + 1):
        claim = _bound(f"127.{octet}.0.1", _CLAIM_PORT)
        if claim is None:
            continue
        if all(_is_free("0.0.0.0", _gateway_port(port, octet)) for port in GATEWAY_PORTS):  # noqa: S104
            return Place(octet, claim)
        claim.close()
    raise OSError(f"none of {NETWORKS_MAX} loopback networks is free for a demo")


def _gateway_port(port: int, octet: int) -> int:
    """Every network has as many ports of its own as the first one."""
    return port + len(GATEWAY_PORTS) * (octet - 1)


def _bound(host: str, port: int) -> socket.socket | None:
    """Bind and listen; None when somebody else does."""
    try:
        return socket.create_server((host, port))
    except OSError:
        return None


def _is_free(host: str, port: int) -> bool:
    """Say whether one could listen there now."""
    probe = _bound(host, port)
    if probe is not None:
        probe.close()
    return probe is not None
