"""A sidecar's listeners for connections that nobody reads, with all services of one address."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc

from libs.compile.connections import to_clusters
from libs.compile.hosts import ANY, covers
from libs.compile.rules import RouteRules
from libs.compile.streams import Stream, tcp_streams, tls_streams
from libs.compile.view import Place, View
from libs.envoy import listener, names, tcpproxy
from libs.kernel.origins import ObjectKey
from libs.meshapi.virtualservice import MESH_GATEWAY
from libs.registry.service import Protocol, Service, ServicePort

_MESH = frozenset({MESH_GATEWAY})
_NAMED = frozenset({Protocol.TLS, Protocol.HTTPS})


@dataclass(frozen=True, slots=True)
class Streams:
    """The filter chains of an address, and whose they are."""

    chains: Sequence[lc.FilterChain]
    sources: tuple[ObjectKey, ...]

    @property
    def reads_names(self) -> bool:
        """Whether a chain is chosen by the server name that a client asks for."""
        return any(one.filter_chain_match.server_names for one in self.chains)


def streams_of(
    view: View,
    rules: Iterable[RouteRules],
    members: Sequence[tuple[Service, ServicePort]],
    *,
    shared: bool,
    allow_any: bool,
) -> Streams:
    """Return the chains for the ports of services at one address.

    Where an address does not say which service is meant, as at a `shared` one, the server name
    does. What none of them is for goes as it came, or nowhere.
    """
    own = [one for one in rules if one.tls or one.tcp]
    chains: dict[bytes, lc.FilterChain] = {}
    sources: dict[ObjectKey, None] = {}
    for service, port in members:
        fitting = [one for one in own if any(covers(host, service.hostname) for host in one.hosts)]
        sources.update(dict.fromkeys((service.origin, *(one.key for one in fitting))))
        unclear = shared or len(members) > 1 or not service.addresses
        for stream in _streams(view, fitting, service, port, shared=unclear):
            built = _chain(stream)
            asked = built.filter_chain_match.SerializeToString(deterministic=True)
            if asked in chains:
                view.ledger.problem(
                    f"{service.origin}: port {port.number} has the address of another service; "
                    "its connections go there"
                )
            else:
                chains[asked] = built
    if b"" not in chains:
        chains[b""] = listener.chain(
            [tcpproxy.tcp_proxy(names.PASSTHROUGH if allow_any else names.BLACK_HOLE)]
        )
    return Streams(tuple(chains.values()), tuple(sources))


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
    own = to_clusters(view, "", [(names.outbound_cluster(service.hostname, port.number), 1)])
    if port.protocol in _NAMED:
        found = [one for each in rules for one in tls_streams(each, place)]
        yield from found or [Stream(own, (service.hostname,) if shared else ())]
        return
    for each in rules:
        for one in tcp_streams(each, place):
            yield one
            if not one.subnets:
                return
    yield Stream(own)


def _chain(stream: Stream) -> lc.FilterChain:
    everybody = ANY in stream.server_names
    built = listener.chain(
        [stream.filter],
        server_names=() if everybody else stream.server_names,
        encrypted=bool(stream.server_names),
    )
    listener.only_to(built, stream.subnets)
    return built
