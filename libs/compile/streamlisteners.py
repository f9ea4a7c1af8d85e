"""Where connections that nobody reads go from a sidecar: by rules, else to their service."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc

from libs.compile.connections import to_clusters
from libs.compile.rules import RouteRules
from libs.compile.streams import Stream, tcp_streams, tls_streams
from libs.compile.target import names_itself
from libs.compile.view import Place, View
from libs.envoy import listener, names
from libs.kernel.origins import ObjectKey
from libs.meshapi.virtualservice import MESH_GATEWAY
from libs.registry.hostnames import covers
from libs.registry.service import Protocol, Resolution, Service, ServicePort

_MESH = frozenset({MESH_GATEWAY})
_NAMED = frozenset({Protocol.TLS, Protocol.HTTPS})


@dataclass(frozen=True, slots=True)
class ServiceStreams:
    """Where the connections of a service's port go, in order, and whose rules say so."""

    streams: tuple[Stream, ...]
    sources: tuple[ObjectKey, ...]


def service_streams(
    view: View,
    rules: Iterable[RouteRules],
    service: Service,
    port: ServicePort,
    *,
    shared: bool,
) -> ServiceStreams:
    """Return the streams of a port.

    Where an address does not say which service is meant, as at a `shared` one, the server name
    does.
    """
    own = [one for one in rules if one.tls or one.tcp]
    fitting = [one for one in own if any(covers(host, service.hostname) for host in one.hosts)]
    found = tuple(_streams(view, fitting, service, port, shared=shared))
    written = (key for one in fitting for key in one.shape.sources)
    return ServiceStreams(found, (service.origin, *dict.fromkeys(written)))


def chains_of(streams: Sequence[Stream]) -> Iterator[lc.FilterChain]:
    """Give every address and name to the first stream that takes it.

    Envoy chooses by address first and never looks back, so whoever takes calls to all addresses,
    or to a wider range, is repeated for each narrower one.
    """
    ranges = list(dict.fromkeys(net for one in streams for net in one.subnets))
    taken: set[tuple[str, str, bool]] = set()
    for one in streams:
        free: dict[tuple[bool, tuple[str, ...]], list[str]] = {}
        for net in ("", *ranges):
            mine = tuple(name for name in one.asked if (net, name, one.encrypted) not in taken)
            if mine and _within(net, one.subnets):
                taken.update((net, name, one.encrypted) for name in mine)
                free.setdefault((bool(net), mine), []).append(net)
        for (_, asked), nets in free.items():
            built = listener.chain(
                one.filters,
                server_names=[name for name in asked if name],
                encrypted=one.encrypted,
            )
            listener.only_to(built, [net for net in nets if net])
            yield built


def _within(net: str, subnets: Sequence[str]) -> bool:
    """Say whether all addresses of a range are in `subnets`; no range is all addresses."""
    if not subnets or not net:
        return not subnets
    inner = ip_network(net, strict=False)
    return any(_covers(ip_network(each, strict=False), inner) for each in subnets)


def _covers(outer: IPv4Network | IPv6Network, inner: IPv4Network | IPv6Network) -> bool:
    if isinstance(outer, IPv4Network):
        return isinstance(inner, IPv4Network) and outer.supernet_of(inner)
    return isinstance(inner, IPv6Network) and outer.supernet_of(inner)


def _streams(
    view: View,
    rules: Iterable[RouteRules],
    service: Service,
    port: ServicePort,
    *,
    shared: bool,
) -> Iterator[Stream]:
    """Yield the rules' streams, then the service's own where no rule takes everything."""
    place = Place(view, port.number, _MESH)
    name = names.outbound_cluster(service.hostname, port.number)
    own = to_clusters(view, "", [(name, 1)] if name in view.outbound else [])
    dynamic = service.resolution is Resolution.DYNAMIC_DNS
    asked = (service.hostname,) if shared or dynamic else ()
    if port.protocol in _NAMED:
        found = [one for each in rules for one in tls_streams(each, place)]
        yield from found or [Stream(own, asked)]
        return
    for each in rules:
        for one in tcp_streams(each, place):
            yield one
            if not one.subnets:
                return
    yield Stream(own, asked if dynamic and names_itself(port) else ())
