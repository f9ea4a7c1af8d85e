"""Addresses for services that have none, so that their TCP ports can be told apart.

They depend on the host's name only, unless two names meet: then the one whose hash is smaller, or
the smaller name, keeps it. They lie in 240.240.0.0/16, which Istio uses for the same.
"""

import hashlib
from collections.abc import Iterable, Mapping

from libs.registry.service import Resolution, Service

_FIRST = (240 << 24) + (240 << 16) + 1
_COUNT = (1 << 16) - 2
_ANYWHERE = frozenset({Resolution.PASSTHROUGH, Resolution.DYNAMIC_DNS})


def lacks_address(service: Service) -> bool:
    """Say whether a service is one that gets an address, as Istio gives them.

    That is an entry without one whose name stands for known endpoints: clients can resolve it.
    """
    return (
        service.origin.kind == "ServiceEntry"
        and service.resolution not in _ANYWHERE
        and not service.addresses
        and "*" not in service.hostname
    )


def allocated(hosts: Iterable[str]) -> Mapping[str, str]:
    """Return an address for each host; hosts beyond the size of the network get none."""
    ordered = sorted((_digest(host), host) for host in set(hosts))
    taken: set[int] = set()
    found: dict[str, str] = {}
    for digest, host in ordered[:_COUNT]:
        place = digest % _COUNT
        while place in taken:
            place = (place + 1) % _COUNT
        taken.add(place)
        found[host] = _text(_FIRST + place)
    return found


def _digest(host: str) -> int:
    return int.from_bytes(hashlib.sha256(host.encode()).digest()[:8])


def _text(number: int) -> str:
    return ".".join(str(number >> shift & 255) for shift in (24, 16, 8, 0))
