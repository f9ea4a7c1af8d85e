"""A router's listeners and routes, from the Gateways that select it."""

from collections.abc import Iterator, Sequence

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.credentials import for_account
from libs.compile.crossing import crossing_chains
from libs.compile.gatewayroutes import bound_rules, common_hosts, gateway_routes
from libs.compile.hosts import ANY, overlap
from libs.compile.listeners import Outlets
from libs.compile.servers import (
    GatewayPort,
    Sort,
    crosses,
    ports_of,
    reads_requests,
    server_hosts,
    server_names,
    terminates,
)
from libs.compile.servertls import HTTP_ALPN, MESH_ALPN, MESH_MUTUAL, Decryption, Holder, decryption
from libs.compile.slots import WILDCARD
from libs.compile.streams import tcp_route, tls_routes
from libs.compile.view import Place, View, node
from libs.envoy import hcm, listener, names, tcpproxy
from libs.envoy.address import address, text_of
from libs.kernel import xds
from libs.meshapi.gateway import Gateway, Server
from libs.registry.build import Instance
from libs.registry.labels import wears
from libs.registry.protocols import entry_protocol
from libs.registry.service import Protocol


def gateway_outlets(view: View, *, by_name: bool = False) -> Outlets:
    """Return listeners and routes of a router.

    With `by_name` there are services whose endpoints are looked up by the name that is asked for.
    """
    outlets = Outlets()
    selecting = (one for one in view.world.gateways if wears(view.proxy.labels, one.spec.selector))
    for port in ports_of(selecting, view.ledger):
        for number in _numbers(view, port):
            chains = list(_chains(view, port, number, outlets))
            if by_name:
                hcm.look_up_names(chains)
            if chains:
                _add(view, outlets, _listener(port, number, chains), port)
    return outlets


def _chains(
    view: View, port: GatewayPort, number: int, outlets: Outlets
) -> Iterator[lc.FilterChain]:
    """Yield the filter chains of a port; without any there is nothing to listen for.

    `number` is the workload's own. Of two chains for one server name the first counts.
    """
    if port.sort is Sort.HTTP:
        outlets.routes[port.route_name] = gateway_routes(
            view, port.route_name, port.number, tuple(port.servers)
        )
        yield listener.chain([_manager(port, number, port.route_name)])
    elif port.sort is Sort.TCP:
        yield from _tcp(view, port, *port.servers[0])
    else:
        taken: set[str] = set()
        for place, served in enumerate(port.servers):
            for built in _tls(view, port, served, (place, number), outlets):
                if _is_first(built, taken):
                    yield built


def _is_first(built: lc.FilterChain, taken: set[str]) -> bool:
    """Leave to a chain the server names that none before it has; no name means every name."""
    asked = built.filter_chain_match.server_names
    free = [name for name in asked or (ANY,) if name not in taken]
    taken.update(free)
    if asked:
        asked[:] = free
    return bool(free)


def _manager(port: GatewayPort, number: int, routes: str) -> lc.Filter:
    prefix = names.stat_prefix("outbound", port.bind or WILDCARD, number)
    manager = hcm.by_name(prefix, routes, hcm.Side.GATEWAY)
    stated = (server.port for _, server in port.servers)
    if any(entry_protocol(one.name, one.protocol) is Protocol.GRPC_WEB for one in stated):
        hcm.translate_grpc_web(manager)
    return hcm.network_filter(manager)


def _tls(
    view: View,
    port: GatewayPort,
    served: tuple[Gateway, Server],
    where: tuple[int, int],
    outlets: Outlets,
) -> Iterator[lc.FilterChain]:
    """Yield the chains of one server: its requests, its bytes, or its still encrypted bytes.

    `where` is the server's place at its port, and the workload's number of the port.
    """
    gateway, server = served
    if crosses(server):
        yield from crossing_chains(view, gateway, server, outlets)
    elif not terminates(server):
        for asked, built in _streams(view, port, gateway, server, tcp=False):
            wanted = () if ANY in asked else asked
            yield listener.chain(built, server_names=wanted, encrypted=True)
    else:
        yield from _terminated(view, port, served, where, outlets)


def _terminated(
    view: View,
    port: GatewayPort,
    served: tuple[Gateway, Server],
    where: tuple[int, int],
    outlets: Outlets,
) -> Iterator[lc.FilterChain]:
    """Yield the chain of a server that ends TLS.

    Without its certificate it ends the connections for its hosts, and leaves other servers alone.
    """
    gateway, server = served
    place, number = where
    reads = reads_requests(server)
    found = _decryption(view, gateway, server, HTTP_ALPN if reads else ())
    if found.socket is None or found.fault:
        view.ledger.problem(
            f"{gateway.key}: server on port {server.port.number} ends all connections for "
            f"{', '.join(server.hosts)}: {found.fault}"
        )
        yield _encrypted(server, (tcpproxy.tcp_proxy(names.BLACK_HOLE),))
        return
    for one in found.secrets:
        outlets.secrets[one.name] = one
        view.ledger.credit(xds.SECRET, one.name, gateway.key, *found.sources)
    inside: Sequence[lc.Filter]
    if reads:
        inside = (_requests(view, port, served, (place, number), outlets),)
    else:
        streams = _streams(view, port, gateway, server, tcp=True)
        inside = next((built for _, built in streams), ())
    if inside:
        result = _encrypted(server, inside)
        result.transport_socket.CopyFrom(found.socket)
        yield result


def _requests(
    view: View,
    port: GatewayPort,
    served: tuple[Gateway, Server],
    where: tuple[int, int],
    outlets: Outlets,
) -> lc.Filter:
    """Return the filter that reads one server's requests, with routes of their own."""
    gateway, server = served
    place, number = where
    name = names.gateway_https_route(
        port.number, server.port.name, gateway.metadata.name, gateway.namespace
    )
    if any(_shares_name(served, former) for former in port.servers[:place]):
        name = f"{name}~{place}"
    outlets.routes[name] = gateway_routes(view, name, port.number, (served,))
    return _manager(port, number, name)


def _shares_name(one: tuple[Gateway, Server], other: tuple[Gateway, Server]) -> bool:
    """Say whether two servers would have routes of one name: ports may be called alike."""
    return one[0].key == other[0].key and one[1].port.name == other[1].port.name


def _decryption(view: View, gateway: Gateway, server: Server, alpn: Sequence[str]) -> Decryption:
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
    for cipher in found.unknown_ciphers:
        view.ledger.problem(
            f"{gateway.key}: server on port {server.port.number}: no Envoy has cipher suite "
            f"`{cipher}`; it is left out"
        )
    return found


def _encrypted(server: Server, inside: Sequence[lc.Filter]) -> lc.FilterChain:
    return listener.chain(inside, server_names=server_names(server), encrypted=True)


def _tcp(
    view: View, port: GatewayPort, gateway: Gateway, server: Server
) -> Iterator[lc.FilterChain]:
    for _, built in _streams(view, port, gateway, server, tcp=True):
        yield listener.chain(built)
        return


def _streams(
    view: View, port: GatewayPort, gateway: Gateway, server: Server, *, tcp: bool
) -> Iterator[tuple[Sequence[str], Sequence[lc.Filter]]]:
    """Yield where connections go by server name, or with `tcp` all of them, oldest rule first."""
    name = f"{gateway.namespace}/{gateway.metadata.name}"
    place = Place(view, port.number, frozenset({name}))
    for rules in bound_rules(view, name):
        if not common_hosts(gateway, server, rules.namespace, rules.hosts):
            continue
        if tcp:
            whole = tcp_route(rules, place)
            if whole:
                yield (), whole
            continue
        for asked, built in tls_routes(rules, place):
            served = [one for one in asked if any(overlap(h, one) for h in server_hosts(server))]
            if served:
                yield served, built


def _numbers(view: View, port: GatewayPort) -> Sequence[int]:
    """Return the ports that the workload has for a server's: its service tells, else the same."""
    found = {one.number for one in _instances(view) if one.port.number == port.number}
    return sorted(found) or [port.number]


@node(lambda: None)
def _instances(view: View) -> tuple[Instance, ...]:
    proxy = view.proxy
    return view.world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)


def _listener(
    port: GatewayPort, number: int, chains: Sequence[lc.FilterChain]
) -> listener_pb2.Listener:
    bind = port.bind or WILDCARD
    result = listener.listener(
        names.listener(bind, number), address(bind, number), chains, listener.OUTBOUND
    )
    if port.sort is Sort.TLS:
        listener.read_server_names(result)
    return result


def _add(view: View, outlets: Outlets, built: listener_pb2.Listener, port: GatewayPort) -> None:
    at = text_of(built.address)
    if at in outlets.listeners:
        view.ledger.problem(
            f"server port {port.number} of {port.servers[0][0].key} is left out: "
            f"another server listens on {at}"
        )
        return
    outlets.listeners[at] = built
    view.ledger.credit(xds.LISTENER, built.name, *(gateway.key for gateway, _ in port.servers))
