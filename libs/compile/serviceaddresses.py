"""Where a service is called: at its addresses or networks, else at every address."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_network

from libs.compile.proxy import DNS_METADATA_KEYS
from libs.compile.slots import WILDCARD
from libs.compile.view import View
from libs.envoy.address import is_ip
from libs.registry.allocation import allocated, lacks_address
from libs.registry.service import Service

HEADLESS_LISTENERS_MAX = 100
"""Endpoints of a headless service that have listeners of their own; with more, none has."""


@dataclass(frozen=True, slots=True)
class Placed:
    """An address where a service is called, or the networks of it that are meant there.

    `shared` says that the address is not the service's alone.
    """

    bind: str
    networks: tuple[str, ...] = ()
    shared: bool = False


Allocated = Mapping[str, str]
"""Addresses by host, for services that have none of their own."""


def allocations(view: View) -> Allocated:
    """Return the addresses that the workload's names resolve to; none where nobody answers so."""
    if not all(view.proxy.metadata.get(key) == "true" for key in DNS_METADATA_KEYS):
        return {}
    known = view.world.registry.services
    return allocated(host for host, one in known.items() if lacks_address(one))


def addresses_of(service: Service, given: Allocated) -> tuple[str, ...]:
    """Return the single addresses that a workload calls a service by."""
    own = tuple(one for one in service.addresses if "/" not in one)
    if own or service.hostname not in given:
        return own
    return (given[service.hostname],)


def places_of(view: View, service: Service, given: Allocated) -> Iterator[Placed]:
    """Yield where a service is called.

    One with addresses is known by them. One with networks is known by those, and one without
    either is looked for at every address.
    """
    known = addresses_of(service, given) or endpoints_of(view, service)
    for at in known:
        yield Placed(at)
    networks = tuple(_networks(service))
    if networks or not known:
        yield Placed(WILDCARD, networks, shared=True)


def _networks(service: Service) -> Iterator[str]:
    for one in service.addresses:
        if "/" in one:
            yield str(ip_network(one, strict=False))


def endpoints_of(view: View, service: Service) -> tuple[str, ...]:
    """Return where clients of a headless service connect to: its endpoints themselves."""
    if not service.headless:
        return ()
    known = view.world.registry.endpoints.get(service.hostname, ())
    found = tuple(dict.fromkeys(one.address for one in known if is_ip(one.address)))
    return found if len(found) <= HEADLESS_LISTENERS_MAX else ()
