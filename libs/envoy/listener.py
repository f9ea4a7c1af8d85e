"""Listeners and their filter chains."""

from collections.abc import Sequence
from datetime import timedelta
from ipaddress import ip_network
from typing import Final

from google.protobuf.message import Message
from protogen.envoy.config.core.v3 import address_pb2, base_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.filters.listener.http_inspector.v3 import http_inspector_pb2
from protogen.envoy.extensions.filters.listener.original_dst.v3 import original_dst_pb2
from protogen.envoy.extensions.filters.listener.proxy_protocol.v3 import proxy_protocol_pb2
from protogen.envoy.extensions.filters.listener.tls_inspector.v3 import tls_inspector_pb2

from libs.envoy.anys import pack
from libs.envoy.wellknown import NO_TIME, boolean, duration, uint32

OUTBOUND: Final = base_pb2.OUTBOUND
INBOUND: Final = base_pb2.INBOUND
HTTP_INSPECTOR_NAME: Final = "envoy.filters.listener.http_inspector"
PLAIN_HTTP: Final = ("http/1.0", "http/1.1", "h2c")
"""What the inspector says of connections that begin with plain HTTP."""

TLS_INSPECTOR_NAME: Final = "envoy.filters.listener.tls_inspector"
PROXY_PROTOCOL_NAME: Final = "envoy.filters.listener.proxy_protocol"
ORIGINAL_DST_NAME: Final = "envoy.filters.listener.original_dst"


def listener(
    name: str,
    address: address_pb2.Address,
    chains: Sequence[lc.FilterChain],
    direction: base_pb2.TrafficDirection,
    *,
    bind_to_port: bool = True,
) -> listener_pb2.Listener:
    """Return a listener. One that does not bind gets its connections from an intercepting one."""
    result = listener_pb2.Listener(
        name=name, address=address, filter_chains=chains, traffic_direction=direction
    )
    if not bind_to_port:
        result.bind_to_port.CopyFrom(boolean(False))
    return result


def intercepting(
    name: str,
    address: address_pb2.Address,
    chains: Sequence[lc.FilterChain],
    direction: base_pb2.TrafficDirection,
    *,
    hand_off: bool,
) -> listener_pb2.Listener:
    """Return a listener for redirected connections.

    With `hand_off` it gives each to the listener of its original destination, where there is one;
    without, it only restores that destination and decides by its own chains.
    """
    result = listener(name, address, chains, direction)
    if hand_off:
        result.use_original_dst.CopyFrom(boolean(True))
    else:
        config = pack(original_dst_pb2.OriginalDst())
        result.listener_filters.add(name=ORIGINAL_DST_NAME, typed_config=config)
    return result


def read_server_names(
    built: listener_pb2.Listener, ports: Sequence[int] = (), *, but: Sequence[int] = ()
) -> None:
    """Let a listener choose its chain by what a TLS client offers and asks for.

    With `ports` only connections to those wait for their first bytes, with `but` all others.
    """
    config = pack(tls_inspector_pb2.TlsInspector())
    found = built.listener_filters.add(name=TLS_INSPECTOR_NAME, typed_config=config)
    if ports:
        found.filter_disabled.not_match.CopyFrom(_to_ports(ports))
    elif but:
        found.filter_disabled.CopyFrom(_to_ports(but))


def read_introduction(built: listener_pb2.Listener) -> None:
    """Read the header of the PROXY protocol first, which every connection has to have."""
    config = pack(proxy_protocol_pb2.ProxyProtocol())
    former = list(built.listener_filters)
    del built.listener_filters[:]
    built.listener_filters.add(name=PROXY_PROTOCOL_NAME, typed_config=config)
    built.listener_filters.extend(former)


def tell_http(built: listener_pb2.Listener, ports: Sequence[int] = ()) -> None:
    """Let a listener tell plain HTTP by its first bytes, so that a chain can ask for PLAIN_HTTP.

    With `ports` only connections to those wait for their first bytes: a server that speaks first
    would never get any.
    """
    found = built.listener_filters.add(
        name=HTTP_INSPECTOR_NAME, typed_config=pack(http_inspector_pb2.HttpInspector())
    )
    if ports:
        found.filter_disabled.not_match.CopyFrom(_to_ports(ports))


def _to_ports(ports: Sequence[int]) -> lc.ListenerFilterChainMatchPredicate:
    """Return the condition that a connection is to one of `ports`."""
    wanted = [_to_port(port) for port in ports]
    if len(wanted) == 1:
        return wanted[0]
    result = lc.ListenerFilterChainMatchPredicate()
    result.or_match.rules.extend(wanted)
    return result


def wait_for_first_bytes(built: listener_pb2.Listener, timeout: timedelta = NO_TIME) -> None:
    """Say how long a listener waits for the bytes that tell where a connection goes.

    Then it goes on without them. No time means for ever; without this Envoy ends the connection.
    """
    if built.listener_filters:
        built.listener_filters_timeout.CopyFrom(duration(timeout))
        built.continue_on_listener_filters_timeout = True


def _to_port(port: int) -> lc.ListenerFilterChainMatchPredicate:
    result = lc.ListenerFilterChainMatchPredicate()
    result.destination_port_range.start = port
    result.destination_port_range.end = port + 1
    return result


def chain(
    filters: Sequence[lc.Filter],
    *,
    name: str = "",
    destination_port: int = 0,
    server_names: Sequence[str] = (),
    encrypted: bool = False,
    protocols: Sequence[str] = (),
) -> lc.FilterChain:
    """Return a filter chain, for one destination port or as the one for all others.

    `encrypted` takes TLS connections only, those for `server_names` or, without names, all.
    `protocols` takes clients that offer one of them.
    """
    result = lc.FilterChain(name=name, filters=filters)
    if protocols:
        result.filter_chain_match.application_protocols.extend(protocols)
    if server_names:
        result.filter_chain_match.server_names.extend(server_names)
    if encrypted:
        result.filter_chain_match.transport_protocol = "tls"
    if destination_port:
        result.filter_chain_match.destination_port.CopyFrom(uint32(destination_port))
    return result


def only_plain(built: lc.FilterChain) -> None:
    """Leave TLS connections to other chains."""
    built.filter_chain_match.transport_protocol = "raw_buffer"


def only_to(built: lc.FilterChain, subnets: Sequence[str]) -> None:
    """Leave to a chain the calls to addresses in one of `subnets`, where there are any."""
    for each in subnets:
        network = ip_network(each, strict=False)
        built.filter_chain_match.prefix_ranges.add(
            address_prefix=str(network.network_address), prefix_len=uint32(network.prefixlen)
        )


def for_grpc_client(name: str, manager: Message) -> listener_pb2.Listener:
    """Return what a gRPC client asks for: no address, only a connection manager."""
    result = listener_pb2.Listener(name=name)
    result.api_listener.api_listener.CopyFrom(pack(manager))
    return result
