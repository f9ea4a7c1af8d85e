"""Which filter chain of a listener a connection gets.

Envoy asks one kind of condition after another, takes the most specific chains that fit, and never
goes back: a port of its own that leads nowhere is not made up for by a chain for all ports.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network

from protogen.envoy.config.core.v3 import address_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.transport_sockets.raw_buffer.v3 import raw_buffer_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import tls_pb2

from libs.routing import certificates
from libs.routing.call import Call, Tls
from libs.routing.filters import opened, type_of
from libs.routing.outcome import FailedError, Failure, UndecidedError, understood

RAW_BUFFER = "raw_buffer"
_TLS = "tls"
_MATCH = frozenset(
    {
        "destination_port",
        "prefix_ranges",
        "server_names",
        "transport_protocol",
        "application_protocols",
        "source_type",
        "direct_source_prefix_ranges",
        "source_prefix_ranges",
        "source_ports",
    }
)
_CHAIN = frozenset(
    {
        "filter_chain_match",
        "filters",
        "transport_socket",
        "name",
        "metadata",
        "transport_socket_connect_timeout",
    }
)


@dataclass(frozen=True, slots=True)
class Connection:
    """What the listener's own filters found out about a connection."""

    call: Call
    transport: str
    server_name: str = ""
    protocols: tuple[str, ...] = ()


Match = lc.FilterChainMatch
Keys = Callable[[Match, Connection], Iterable[int]]
"""How well a chain fits: smaller is more specific, nothing is no fit."""


def choose(listener: listener_pb2.Listener, connection: Connection) -> lc.FilterChain:
    """Return the chain for a connection. Raises FailedError for none, or for several alike.

    Where every chain of the place takes TLS only, a plain connection finds none because of that.
    """
    left = list(listener.filter_chains)
    for one in left:
        understood(one.filter_chain_match, _MATCH, "filter_chain_match")
    for keys in _ORDER:
        left = _narrowed(left, keys, connection)
    if not left and listener.HasField("default_filter_chain"):
        return listener.default_filter_chain
    if len(left) > 1:
        raise FailedError(Failure.MULTIPLE_FILTER_CHAIN)
    if not left:
        plain = connection.transport == RAW_BUFFER and connection.call.tls is Tls.PLAINTEXT
        wants_tls = plain and _takes_only_tls(listener, connection)
        raise FailedError(Failure.TLS_ERROR if wants_tls else Failure.NO_FILTER_CHAIN)
    return left[0]


def _takes_only_tls(listener: listener_pb2.Listener, connection: Connection) -> bool:
    """Say whether there are chains for the port and address of a call, all of them for TLS."""
    left = list(listener.filter_chains)
    for keys in (_destination_port, _destination_ip):
        left = _narrowed(left, keys, connection)
    matches = [one.filter_chain_match for one in left]
    return bool(matches) and all(
        one.transport_protocol == _TLS or one.server_names for one in matches
    )


def _narrowed(
    chains: Sequence[lc.FilterChain], keys: Keys, connection: Connection
) -> list[lc.FilterChain]:
    ranked = [
        (min(found), chain)
        for chain in chains
        if (found := list(keys(chain.filter_chain_match, connection)))
    ]
    best = min((rank for rank, _ in ranked), default=0)
    return [chain for rank, chain in ranked if rank == best]


def _destination_port(match: Match, connection: Connection) -> Iterator[int]:
    if not match.HasField("destination_port"):
        yield 1
    elif match.destination_port.value == connection.call.port:
        yield 0


def _destination_ip(match: Match, connection: Connection) -> Iterator[int]:
    return _ranges(match.prefix_ranges, connection.call.address, "prefix_ranges")


def _ranges(ranges: Iterable[address_pb2.CidrRange], address: str, where: str) -> Iterator[int]:
    stated = list(ranges)
    if not stated:
        yield 0
        return
    if not address:
        raise UndecidedError(f"filter_chain_match.{where} without an address in the call")
    for one in stated:
        text = f"{one.address_prefix}/{one.prefix_len.value}"
        if ip_address(address) in ip_network(text, strict=False):
            yield -one.prefix_len.value


def _server_name(match: Match, connection: Connection) -> Iterator[int]:
    if not match.server_names:
        yield 1
    for stated in match.server_names:
        name = stated.lower()
        if name == connection.server_name and name:
            yield -1_000
        elif name.startswith("*.") and connection.server_name.endswith(name[1:]):
            yield -len(name)


def _transport(match: Match, connection: Connection) -> Iterator[int]:
    if not match.transport_protocol:
        yield 1
    elif match.transport_protocol == connection.transport:
        yield 0


def _application(match: Match, connection: Connection) -> Iterator[int]:
    """The client's order counts, then chains that ask for none."""
    if not match.application_protocols:
        yield len(connection.protocols)
    for place, protocol in enumerate(connection.protocols):
        if protocol in match.application_protocols:
            yield place


def _direct_source(match: Match, connection: Connection) -> Iterator[int]:
    source = connection.call.source.get("ip", "")
    return _ranges(match.direct_source_prefix_ranges, source, "direct_source_prefix_ranges")


def _source_type(match: Match, connection: Connection) -> Iterator[int]:
    if match.source_type == Match.ANY:
        yield 1
        return
    call = connection.call
    source = call.source.get("ip", "")
    if not source:
        raise UndecidedError("filter_chain_match.source_type without a source ip in the call")
    local = ip_address(source).is_loopback or source == call.address
    if local == (match.source_type == Match.SAME_IP_OR_LOOPBACK):
        yield 0


def _source_ip(match: Match, connection: Connection) -> Iterator[int]:
    source = connection.call.source.get("ip", "")
    return _ranges(match.source_prefix_ranges, source, "source_prefix_ranges")


def _source_port(match: Match, _: Connection) -> Iterator[int]:
    if match.source_ports:
        raise UndecidedError("filter_chain_match.source_ports")
    yield 0


_ORDER: tuple[Keys, ...] = (
    _destination_port,
    _destination_ip,
    _server_name,
    _transport,
    _application,
    _direct_source,
    _source_type,
    _source_ip,
    _source_port,
)


def check_tls(chain: lc.FilterChain, call: Call, *, reads_http: bool) -> None:
    """Compare the client's TLS with the chain's. Raises FailedError where they do not fit.

    A chain without TLS may hand an encrypted connection on as it is, but cannot read HTTP in it.
    """
    understood(chain, _CHAIN, "filter_chain")
    context = _context(chain)
    if context is None:
        if reads_http and call.tls is not Tls.PLAINTEXT:
            mutual = call.tls is Tls.MTLS
            raise FailedError(Failure.MTLS_ERROR if mutual else Failure.TLS_ERROR)
        return
    if call.tls is Tls.PLAINTEXT:
        raise FailedError(Failure.TLS_ERROR)
    certificates.check(context, call)


def _context(chain: lc.FilterChain) -> tls_pb2.DownstreamTlsContext | None:
    if not chain.HasField("transport_socket"):
        return None
    config = chain.transport_socket.typed_config
    if type_of(config) == raw_buffer_pb2.RawBuffer.DESCRIPTOR.full_name:
        return None
    return opened(config, tls_pb2.DownstreamTlsContext)
