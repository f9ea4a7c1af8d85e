"""Filter chains of a router's servers: those of each server that has TLS are a node."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile.credentials import for_account
from libs.compile.crossing import crossing_chains
from libs.compile.gatewayroutes import bound_rules, common_hosts, gateway_routes
from libs.compile.hosts import overlap
from libs.compile.listeners import Outlets
from libs.compile.parts import Built
from libs.compile.servers import (
    GatewayPort,
    crosses,
    reads_requests,
    server_hosts,
    server_names,
    terminates,
)
from libs.compile.servertls import HTTP_ALPN, MESH_ALPN, MESH_MUTUAL, Decryption, Holder, decryption
from libs.compile.slots import WILDCARD
from libs.compile.streams import tcp_route, tls_routes
from libs.compile.target import Outbound
from libs.compile.view import Place, View, node
from libs.envoy import hcm, listener, names, tcpproxy
from libs.kernel import xds
from libs.meshapi.gateway import Gateway, Server
from libs.registry.hostnames import ANY
from libs.registry.protocols import entry_protocol
from libs.registry.service import Protocol


@dataclass(frozen=True, slots=True)
class Where:
    """A port of Gateways. `number` is the workload's own.

    `grpc_web` says whether a server there reads gRPC-Web.
    """

    port: int
    bind: str
    number: int
    grpc_web: bool


@dataclass(frozen=True, slots=True)
class ServerChains:
    """The serialised chains of one server, and what they need: secrets, routes, clusters."""

    chains: tuple[bytes, ...]
    secrets: tuple[secret_pb2.Secret, ...] = ()
    routes: tuple[Built, ...] = ()
    crossing: Mapping[str, Outbound] = field(default_factory=dict)


def place_of(port: GatewayPort, number: int) -> Where:
    """Return what the chains of a port depend on, whatever other servers it has."""
    stated = (server.port for _, server in port.servers)
    web = any(entry_protocol(one.name, one.protocol) is Protocol.GRPC_WEB for one in stated)
    return Where(port.number, port.bind, number, web)


def route_names(port: GatewayPort) -> Iterator[str]:
    """Yield what the routes of each server of a port are called: its ports may be called alike."""
    taken: set[str] = set()
    for place, (gateway, server) in enumerate(port.servers):
        name = names.gateway_https_route(
            port.number, server.port.name, gateway.metadata.name, gateway.namespace
        )
        yield f"{name}~{place}" if name in taken else name
        taken.add(name)


def manager(where: Where, routes: str) -> lc.Filter:
    """Return the filter that reads requests, for routes of a name."""
    prefix = names.stat_prefix("outbound", where.bind or WILDCARD, where.number)
    made = hcm.by_name(prefix, routes, hcm.Side.GATEWAY)
    if where.grpc_web:
        hcm.translate_grpc_web(made)
    return hcm.network_filter(made)


@node(lambda served, where, routes: (served[0].key, served[1].port.name, where, routes))
def chains_of(
    view: View, served: tuple[Gateway, Server], where: Where, routes: str
) -> ServerChains:
    """Return the chains of one server: its requests, its bytes, or its still encrypted bytes.

    `routes` is what the routes of its requests are called.
    """
    gateway, server = served
    if terminates(server) and not crosses(server):
        return _terminated(view, served, where, routes)
    outlets = Outlets()
    if crosses(server):
        chains = list(crossing_chains(view, gateway, server, outlets))
    else:
        chains = [
            listener.chain(built, server_names=() if ANY in asked else asked, encrypted=True)
            for asked, built in _streams(view, where.port, served, tcp=False)
        ]
    return ServerChains(tuple(map(_serialised, chains)), crossing=outlets.crossing)


def _serialised(one: lc.FilterChain) -> bytes:
    return one.SerializeToString(deterministic=True)


def _terminated(
    view: View, served: tuple[Gateway, Server], where: Where, name: str
) -> ServerChains:
    """Return the chain of a server that ends TLS.

    Without its certificate it ends the connections for its hosts, and leaves other servers alone.
    """
    gateway, server = served
    reads = reads_requests(server)
    found = _decryption(view, gateway, server, HTTP_ALPN if reads else ())
    if found.socket is None or found.fault:
        view.ledger.problem(
            f"{gateway.key}: server on port {server.port.number} ends all connections for "
            f"{', '.join(server.hosts)}: {found.fault}"
        )
        return ServerChains(
            (_serialised(_encrypted(server, (tcpproxy.tcp_proxy(names.BLACK_HOLE),))),)
        )
    for one in found.secrets:
        view.ledger.credit(xds.SECRET, one.name, gateway.key, *found.sources)
    inside: Sequence[lc.Filter]
    routes: tuple[Built, ...] = ()
    if reads:
        routes = (gateway_routes(view, name, where.port, (served,)),)
        inside = (manager(where, name),)
    else:
        inside = next((built for _, built in _streams(view, where.port, served, tcp=True)), ())
    result = _encrypted(server, inside)
    result.transport_socket.CopyFrom(found.socket)
    chains = (_serialised(result),) if inside else ()
    return ServerChains(chains, tuple(found.secrets), routes)


@node(lambda gateway, server, _: (gateway.key, server.port.name, server.port.number))
def _decryption(view: View, gateway: Gateway, server: Server, alpn: tuple[str, ...]) -> Decryption:
    """Return how a server's connections are decrypted; cipher suites nobody has are said."""
    if server.tls is None:
        return Decryption(fault="it has no `tls`")
    proxy = view.proxy
    holder = Holder(
        proxy.namespace,
        proxy.metadata,
        for_account(view.world.credentials, proxy.service_account),
        view.world.settings.tls_defaults,
    )
    offered = MESH_ALPN if server.tls.mode == MESH_MUTUAL and not alpn else alpn
    found = decryption(server.tls, holder, offered)
    place = f"{gateway.key}: server on port {server.port.number}"
    for cipher in found.unknown_ciphers:
        view.ledger.problem(f"{place}: no Envoy has cipher suite `{cipher}`; it is left out")
    if found.demanding:
        view.ledger.problem(
            f"{place}: mode {server.tls.mode} acts as MUTUAL: Envoy refuses clients without a "
            "certificate where names or fingerprints of certificates are compared"
        )
    return found


def _encrypted(server: Server, inside: Sequence[lc.Filter]) -> lc.FilterChain:
    return listener.chain(inside, server_names=server_names(server), encrypted=True)


def tcp_chains(view: View, port: int, gateway: Gateway, server: Server) -> Iterator[lc.FilterChain]:
    """Yield the chain of a server that hands on bytes: the oldest rule for them counts."""
    for _, built in _streams(view, port, (gateway, server), tcp=True):
        yield listener.chain(built)
        return


def _streams(
    view: View, port: int, served: tuple[Gateway, Server], *, tcp: bool
) -> Iterator[tuple[Sequence[str], Sequence[lc.Filter]]]:
    """Yield where connections go by server name, or with `tcp` all of them, oldest rule first."""
    gateway, server = served
    name = f"{gateway.namespace}/{gateway.metadata.name}"
    place = Place(view, port, frozenset({name}))
    for rules in bound_rules(view, name):
        if not common_hosts(gateway, server, rules.namespace, rules.hosts):
            continue
        if tcp:
            whole = tcp_route(rules, place)
            if whole:
                yield (), whole
            continue
        for asked, built in tls_routes(rules, place):
            mine = [one for one in asked if any(overlap(h, one) for h in server_hosts(server))]
            if mine:
                yield mine, built
