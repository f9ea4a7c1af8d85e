"""The ways into a proxy that resources tell apart, each with the filter chains of both sides."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import product
from typing import Any, Final

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.envoy import dns
from libs.routing import chains, listeners
from libs.routing.call import Call, call_from_fields
from libs.routing.outcome import FailedError, Failure, UndecidedError
from libs.routing.resources import Resources

WAYS_MAX: Final = 20_000
"""Combinations of address, server name and protocol that are tried at one port."""

_SOME_ADDRESS: Final = "192.0.2.1"
_SOME_SOURCE: Final = "192.0.2.2"
_SOME_NAME: Final = "other.example"
UNLISTED_PORT: Final = 61_999
"""Stands for all ports that no listener and no chain names."""
_UNSPECIFIED = frozenset({"0.0.0.0", "::"})  # noqa: S104 - compared, not bound
_MODES = {base_pb2.OUTBOUND: "outbound", base_pb2.INBOUND: "inbound"}
_PROTOCOLS = ("http", "http2", "tcp")
_Listener = listener_pb2.Listener


@dataclass(frozen=True, slots=True)
class Arrival:
    """Where a connection arrives on one side: a listener's chain, or a reason why nowhere."""

    listener: _Listener | None
    chain: lc.FilterChain | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Outlet:
    """A way in, by a call that takes it."""

    call: Call
    old: Arrival
    new: Arrival


@dataclass(frozen=True, slots=True, order=True)
class _Place:
    mode: str
    port: int
    address: str


def outlets(old: Resources, new: Resources) -> Iterator[Outlet]:
    """Yield every way in whose chains are not those of an earlier one.

    Raises UndecidedError when there are more than WAYS_MAX at a port.
    """
    for place in sorted({*_places(old), *_places(new)}):
        seen: set[tuple[object, ...]] = set()
        for call in _calls(place, _at(old, place), _at(new, place)):
            outlet = Outlet(call, _arrival(old, call), _arrival(new, call))
            key = *_key(outlet.old), *_key(outlet.new), call.tls
            if key not in seen:
                seen.add(key)
                yield outlet


def other_datagrams(old: Resources, new: Resources) -> Iterator[str]:
    """Yield the names of listeners for datagrams that are not alike on both sides."""
    found = ({name: one for name, one in side.listeners.items() if dns.is_udp(one)}
             for side in (old, new))  # fmt: skip
    before, after = found
    for name in sorted({*before, *after}):
        if before.get(name) != after.get(name):
            yield name


def _key(arrival: Arrival) -> tuple[object, ...]:
    name = arrival.listener.name if arrival.listener is not None else None
    chain = arrival.chain.SerializeToString(deterministic=True) if arrival.chain else None
    return name, chain, arrival.reason


def _places(resources: Resources) -> Iterator[_Place]:
    """Yield the ports and addresses that listeners and their chains name, and some other one."""
    for one in resources.listeners.values():
        if dns.is_udp(one):
            continue
        mode = _MODES.get(one.traffic_direction, "gateway")
        ports = {at.port_value for at in _sockets(one)}
        addresses = {_SOME_ADDRESS if at.address in _UNSPECIFIED else at.address
                     for at in _sockets(one)}  # fmt: skip
        if _redirects(one):
            ports, addresses = {UNLISTED_PORT}, {_SOME_ADDRESS}
        for chain in one.filter_chains:
            match = chain.filter_chain_match
            ports |= {match.destination_port.value} if match.HasField("destination_port") else set()
            addresses |= {each.address_prefix for each in match.prefix_ranges}
        for port, address in product(ports, addresses):
            yield _Place(mode, port, address)


def _sockets(one: _Listener) -> Iterator[Any]:
    for at in (one.address, *(more.address for more in one.additional_addresses)):
        if at.HasField("socket_address"):
            yield at.socket_address


def _redirects(one: _Listener) -> bool:
    """Say whether connections come to a listener from ports that are not its own."""
    restores = any(each.name.endswith("original_dst") for each in one.listener_filters)
    return one.use_original_dst.value or restores


def _at(resources: Resources, place: _Place) -> _Listener | None:
    call = call_from_fields({"mode": place.mode, "port": place.port, "address": place.address})
    return _arrival(resources, call).listener


def _calls(place: _Place, *found: _Listener | None) -> Iterator[Call]:
    """Yield calls to a place that differ in what chains ask for."""
    matches = [
        chain.filter_chain_match for one in found if one is not None for chain in one.filter_chains
    ]
    encrypted = any(
        one.transport_protocol or one.server_names or one.application_protocols for one in matches
    ) or any(
        chain.HasField("transport_socket")
        for one in found
        if one is not None
        for chain in one.filter_chains
    )
    kinds = ("plaintext", "tls", "mtls") if encrypted else ("plaintext",)
    ways = list(product(kinds, _names(matches), _PROTOCOLS, _sources(matches)))
    if len(ways) > WAYS_MAX:
        raise UndecidedError(f"more than {WAYS_MAX} ways into port {place.port}")
    for tls, name, protocol, source in ways:
        fields = {"mode": place.mode, "port": place.port, "address": place.address, "tls": tls}
        call = call_from_fields({**fields, "protocol": protocol, "source": {"ip": source}})
        yield replace(call, sni=name if tls != "plaintext" else "", host=name)


def _names(matches: Iterable[lc.FilterChainMatch]) -> Sequence[str]:
    stated = {name.lower() for one in matches for name in one.server_names}
    return sorted({_SOME_NAME, *(name.replace("*", "any") for name in stated)})


def _sources(matches: Iterable[lc.FilterChainMatch]) -> Sequence[str]:
    stated = {
        each.address_prefix
        for one in matches
        for each in (*one.source_prefix_ranges, *one.direct_source_prefix_ranges)
    }
    return sorted({_SOME_SOURCE, *stated})


def _arrival(resources: Resources, call: Call) -> Arrival:
    """Follow a connection to its chain."""
    listener = None
    try:
        listener, _ = listeners.find(resources, call)
        chain = chains.choose(listener, listeners.inspected(listener, call))
    except FailedError as error:
        return Arrival(listener, None, error.failure)
    except UndecidedError as error:
        return Arrival(listener, None, f"not decided: {error}")
    return Arrival(listener, chain)


def refused(arrival: Arrival) -> bool:
    """Say whether it is known that a connection arrives nowhere."""
    return arrival.reason in set(Failure)
