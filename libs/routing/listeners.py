"""Which listener a call reaches, and what its listener filters find out about the connection."""

from collections.abc import Iterable, Iterator
from ipaddress import ip_address
from typing import Final

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.envoy import dns
from libs.routing.call import Call, Mode, Protocol, Tls
from libs.routing.chains import RAW_BUFFER, Connection
from libs.routing.filters import type_of
from libs.routing.outcome import FailedError, Failure, UndecidedError
from libs.routing.resources import Resources

_Listener = listener_pb2.Listener
_TLS = "tls"
_INSPECTOR: Final = "envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector"
_HTTP_INSPECTOR: Final = "envoy.extensions.filters.listener.http_inspector.v3.HttpInspector"
_ORIGINAL: Final = "envoy.extensions.filters.listener.original_dst.v3.OriginalDst"
_INTRODUCED: Final = "envoy.extensions.filters.listener.proxy_protocol.v3.ProxyProtocol"
"""Whoever stands before the proxy says what a call says here: where it comes from and goes to."""
_KNOWN_FILTERS: Final = frozenset({_INSPECTOR, _HTTP_INSPECTOR, _ORIGINAL, _INTRODUCED})
_PLAIN_PROTOCOLS = {Protocol.HTTP: ("http/1.1",), Protocol.HTTP2: ("h2c",), Protocol.TCP: ()}


def find(resources: Resources, call: Call) -> tuple[_Listener, bool]:
    """Return the listener of a call, and whether it knows where the call was meant to go.

    An intercepting listener takes what is redirected to it, and hands it to the listener of the
    original destination where it says so and there is one.
    """
    known = [one for one in resources.listeners.values() if not dns.is_udp(one)]
    intercepting = _intercepting(known, call)
    if intercepting is not None:
        if not intercepting.use_original_dst.value:
            return intercepting, True
        return _at(known, call) or intercepting, True
    bound = [one for one in known if not _is_unbound(one) and _is_on_side(one, call)]
    found = _at(bound, call)
    if found is not None:
        return found, False
    if resources.unread:
        name, reason = next(iter(resources.unread.items()))
        raise UndecidedError(f"{name}: {reason}")
    raise FailedError(Failure.NO_LISTENER)


def _intercepting(known: Iterable[_Listener], call: Call) -> _Listener | None:
    """Return the listener to which the calls of one side are redirected."""
    wanted = {Mode.OUTBOUND: base_pb2.OUTBOUND, Mode.INBOUND: base_pb2.INBOUND}.get(call.mode)
    for one in known:
        restores = any(type_of(each.typed_config) == _ORIGINAL for each in one.listener_filters)
        if one.traffic_direction == wanted and (one.use_original_dst.value or restores):
            return one
    return None


def _is_unbound(one: _Listener) -> bool:
    bound = one.bind_to_port.value if one.HasField("bind_to_port") else True
    return not bound or one.HasField("api_listener")


def _is_on_side(one: _Listener, call: Call) -> bool:
    """A sidecar's inbound listeners are for others' calls, all others for its own workload's."""
    inbound = one.traffic_direction == base_pb2.INBOUND
    return one.traffic_direction == base_pb2.UNSPECIFIED or inbound == (call.mode is Mode.INBOUND)


def _at(known: Iterable[_Listener], call: Call) -> _Listener | None:
    """The exact address counts before a wildcard one; without an address in the call any will."""
    fitting = [
        (exact, one)
        for one in known
        for host, port in _addresses(one)
        if port == call.port and (exact := _fit(host, call.address)) is not None
    ]
    best = max((exact for exact, _ in fitting), default=False)
    chosen = {one.name: one for exact, one in fitting if exact == best}
    if len(chosen) > 1:
        raise UndecidedError("which of several listeners of the port: give the call an address")
    return next(iter(chosen.values()), None)


def _addresses(one: _Listener) -> Iterator[tuple[str, int]]:
    for at in (one.address, *(more.address for more in one.additional_addresses)):
        if at.HasField("socket_address"):
            yield at.socket_address.address, at.socket_address.port_value


def _fit(host: str, address: str) -> bool | None:
    """Return True for the very address, False for one that stands for all, None for no fit."""
    if not address or host == address:
        return True
    try:
        bound, wanted = ip_address(host), ip_address(address)
    except ValueError:
        return None
    if bound == wanted:
        return True
    return False if bound.is_unspecified and bound.version == wanted.version else None


def inspected(listener: _Listener, call: Call) -> Connection:
    """Return what the listener filters find out.

    Raises UndecidedError for a filter that is not known, and for chains that ask for what no filter
    finds out.
    """
    active = {
        type_of(one.typed_config)
        for one in listener.listener_filters
        if not _is_off(one, call) and _check(one)
    }
    if _INSPECTOR in active and call.tls is not Tls.PLAINTEXT:
        return Connection(call, _TLS, call.sni, call.alpn)
    if call.tls is not Tls.PLAINTEXT and _needs_inspector(listener):
        raise UndecidedError("filter chains that ask for TLS without a tls_inspector")
    if _HTTP_INSPECTOR in active and call.tls is Tls.PLAINTEXT:
        return Connection(call, RAW_BUFFER, protocols=_PLAIN_PROTOCOLS[call.protocol])
    return Connection(call, RAW_BUFFER)


def _check(one: lc.ListenerFilter) -> bool:
    if type_of(one.typed_config) not in _KNOWN_FILTERS:
        raise UndecidedError(f"listener filter {one.name} ({type_of(one.typed_config)})")
    return True


def _needs_inspector(listener: _Listener) -> bool:
    matches = [chain.filter_chain_match for chain in listener.filter_chains]
    return any(
        one.transport_protocol == _TLS or one.server_names or one.application_protocols
        for one in matches
    )


def _is_off(one: lc.ListenerFilter, call: Call) -> bool:
    return one.HasField("filter_disabled") and _holds(one.filter_disabled, call)


def _holds(predicate: lc.ListenerFilterChainMatchPredicate, call: Call) -> bool:
    kind = predicate.WhichOneof("rule")
    if kind == "any_match":
        return predicate.any_match
    if kind == "not_match":
        return not _holds(predicate.not_match, call)
    if kind == "or_match":
        return any(_holds(one, call) for one in predicate.or_match.rules)
    if kind == "and_match":
        return all(_holds(one, call) for one in predicate.and_match.rules)
    if kind == "destination_port_range":
        ports = predicate.destination_port_range
        return ports.start <= call.port < ports.end
    raise UndecidedError(f"filter_disabled.{kind}")
