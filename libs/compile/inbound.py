"""A sidecar's inbound listeners and clusters: how calls reach the workload itself."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile import pools
from libs.compile.listeners import LOOPBACK
from libs.compile.scope import Scope
from libs.compile.servertls import HTTP_ALPN, Holder, decryption
from libs.compile.slots import WILDCARD
from libs.compile.trafficpolicies import own_pool
from libs.compile.view import View
from libs.envoy import cluster, hcm, listener, names, route, tcpproxy
from libs.envoy.address import UNIX_PREFIX, address, socket
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.meshapi.gateway import ServerTLS
from libs.meshapi.sidecar import IngressListener, Sidecar
from libs.meshapi.trafficpolicy import ConnectionPool, TrafficPolicy
from libs.registry.protocols import entry_protocol
from libs.registry.service import Protocol, ServicePort

INBOUND_PORT = 15006
PASSTHROUGH_SOURCE = "127.0.0.6"
"""Redirection lets calls from this address through to the workload."""


@dataclass(frozen=True, slots=True)
class Inlet:
    """One port of the workload.

    `endpoint` is `address:port` or a socket, empty for where the call was meant to go.
    """

    port: int
    protocol: Protocol
    bind: str
    endpoint: str
    binds: bool
    sources: tuple[ObjectKey, ...]
    tls: ServerTLS | None = None
    pool: ConnectionPool | None = None

    @property
    def cluster(self) -> str:
        """Name of the cluster that leads to the workload."""
        return names.inbound_cluster(self.port)


@dataclass(frozen=True, slots=True)
class Inlets:
    """Inbound listeners and clusters, and the secrets that they wait for by name."""

    listeners: list[listener_pb2.Listener] = field(default_factory=list)
    clusters: list[cluster_pb2.Cluster] = field(default_factory=list)
    secrets: dict[str, secret_pb2.Secret] = field(default_factory=dict)


def inbound_inlets(view: View, scope: Scope) -> Inlets:
    """Return what the proxy takes in for its workload.

    Ports come from the Sidecar's ingress, else, under interception, from the services.
    """
    pool = scope.sidecar.spec.inbound_connection_pool if scope.sidecar else None
    inlets = _stated(view, scope) if scope.ingress else _of_services(view, pool)
    result = Inlets()
    for inlet in inlets:
        result.clusters.append(_cluster(view, inlet))
        if inlet.binds:
            result.listeners.append(_bound(view, inlet, result))
    if view.proxy.intercepts:
        redirected = [one for one in inlets if not one.binds]
        result.listeners.append(_virtual_inbound(view, redirected, result))
        result.clusters.append(_passthrough(names.INBOUND_PASSTHROUGH))
    return result


def _stated(view: View, scope: Scope) -> list[Inlet]:
    """Read ingress listeners; the first one of a port counts."""
    found: dict[int, Inlet] = {}
    for one in scope.ingress:
        if scope.sidecar is not None:
            found.setdefault(one.port.number, _inlet(view, one, scope.sidecar))
    return list(found.values())


def _inlet(view: View, one: IngressListener, sidecar: Sidecar) -> Inlet:
    own = view.proxy.ips[0] if view.proxy.ips else LOOPBACK
    binds = one.capture_mode == "NONE" or (
        one.capture_mode == "DEFAULT" and not view.proxy.intercepts
    )
    endpoint = one.default_endpoint or (f"{LOOPBACK}:{one.port.number}" if binds else "")
    if endpoint.startswith(f"{WILDCARD}:"):
        endpoint = endpoint.replace(WILDCARD, own, 1)
    protocol = entry_protocol(one.port.name, one.port.protocol, one.port.number)
    if one.tls is not None and protocol is Protocol.HTTPS:
        protocol = Protocol.HTTP  # what is left when the proxy has ended the TLS
    return Inlet(
        one.port.number,
        protocol,
        one.bind or own,
        endpoint,
        binds,
        (sidecar.key,),
        one.tls,
        one.connection_pool or sidecar.spec.inbound_connection_pool,
    )


def _of_services(view: View, pool: ConnectionPool | None) -> list[Inlet]:
    """Without interception nothing would arrive at ports that the workload itself listens on."""
    if not view.proxy.intercepts:
        return []
    proxy = view.proxy
    instances = view.world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)
    found: dict[int, Inlet] = {}
    for one in instances:
        sources = (one.service.origin,)
        inlet = Inlet(
            one.number, one.port.protocol, "", "", binds=False, sources=sources, pool=pool
        )
        found.setdefault(one.number, inlet)
    return [found[number] for number in sorted(found)]


def _cluster(view: View, inlet: Inlet) -> cluster_pb2.Cluster:
    """Return the cluster to the workload, with the limits that its Sidecar sets."""
    view.ledger.credit(xds.CLUSTER, inlet.cluster, *inlet.sources)
    built = _towards(inlet)
    if inlet.protocol is Protocol.AUTO:
        cluster.speak_as_called(built)
    pool = own_pool(inlet.pool, view.world.settings)
    if pool is not None:
        port = ServicePort("", inlet.port, inlet.protocol, inlet.port)
        pools.apply(built, TrafficPolicy(connection_pool=pool), port)
    return built


def _towards(inlet: Inlet) -> cluster_pb2.Cluster:
    http2 = inlet.protocol.is_http2
    if not inlet.endpoint:
        return _passthrough(inlet.cluster, http2=http2)
    if inlet.endpoint.startswith(UNIX_PREFIX):
        return cluster.fixed(inlet.cluster, [address(inlet.endpoint, 0)], http2=http2)
    host, _, port = inlet.endpoint.rpartition(":")
    return cluster.fixed(inlet.cluster, [socket(host.strip("[]"), int(port))], http2=http2)


def _passthrough(name: str, *, http2: bool = False) -> cluster_pb2.Cluster:
    result = cluster.by_original_destination(name, http2=http2)
    cluster.bind_source(result, PASSTHROUGH_SOURCE)
    return result


def _bound(view: View, inlet: Inlet, result: Inlets) -> listener_pb2.Listener:
    name = names.listener(inlet.bind, inlet.port)
    view.ledger.credit(xds.LISTENER, name, *inlet.sources)
    chains = list(_chains(view, inlet, result))
    built = listener.listener(name, address(inlet.bind, inlet.port), chains, listener.INBOUND)
    _inspect(built, [inlet], shared=False)
    return built


def _inspect(built: listener_pb2.Listener, inlets: Sequence[Inlet], *, shared: bool) -> None:
    """Look at first bytes where that decides; at a listener that is `shared`, of those ports."""
    if any(one.tls is not None for one in inlets):
        listener.read_server_names(built)
    guessed = [one.port for one in inlets if one.protocol is Protocol.AUTO]
    if guessed:
        listener.tell_http(built, guessed if shared else ())


def _chains(
    view: View, inlet: Inlet, result: Inlets, *, port: int = 0, name: str = ""
) -> Iterator[lc.FilterChain]:
    """Yield the chains of a port: one, or for an unknown protocol one for HTTP and one for all."""
    socket = _socket(view, inlet, result) if inlet.tls is not None else None
    if inlet.tls is not None and socket is None:
        yield listener.chain(
            [tcpproxy.tcp_proxy(names.BLACK_HOLE)], name=name, destination_port=port
        )
        return
    whole = listener.chain(
        [_filter(inlet)], name=name, destination_port=port, encrypted=socket is not None
    )
    if socket is not None:
        whole.transport_socket.CopyFrom(socket)
    if inlet.protocol is Protocol.AUTO and socket is None:
        yield listener.chain(
            [_requests(inlet)], name=name, destination_port=port, protocols=listener.PLAIN_HTTP
        )
    yield whole


def _socket(view: View, inlet: Inlet, result: Inlets) -> base_pb2.TransportSocket | None:
    """Return how a port's connections are decrypted; None, and why, where they cannot be."""
    if inlet.tls is None:
        return None
    proxy = view.proxy
    holder = Holder(proxy.namespace, proxy.metadata, view.world.credentials)
    found = decryption(inlet.tls, holder, HTTP_ALPN if inlet.protocol.is_http else ())
    if found.fault:
        owners = ", ".join(map(str, inlet.sources))
        view.ledger.problem(
            f"{owners}: ingress port {inlet.port} ends all connections: {found.fault}"
        )
        return None
    for one in found.secrets:
        result.secrets[one.name] = one
        view.ledger.credit(xds.SECRET, one.name, *inlet.sources, *found.sources)
    return found.socket


def _virtual_inbound(view: View, inlets: Sequence[Inlet], result: Inlets) -> listener_pb2.Listener:
    """Return the listener that redirected calls to the workload arrive at."""
    chains = [
        listener.chain(
            [tcpproxy.tcp_proxy(names.BLACK_HOLE)],
            name="virtualInbound-blackhole",
            destination_port=INBOUND_PORT,
        )
    ]
    for inlet in inlets:
        view.ledger.credit(xds.LISTENER, names.VIRTUAL_INBOUND, *inlet.sources)
        name = names.listener(WILDCARD, inlet.port)
        chains += _chains(view, inlet, result, port=inlet.port, name=name)
    rest = [tcpproxy.tcp_proxy(names.INBOUND_PASSTHROUGH)]
    chains.append(listener.chain(rest, name="virtualInbound-catchall"))
    built = listener.intercepting(
        names.VIRTUAL_INBOUND,
        socket(WILDCARD, INBOUND_PORT),
        chains,
        listener.INBOUND,
        hand_off=False,
    )
    _inspect(built, inlets, shared=True)
    return built


def _filter(inlet: Inlet) -> lc.Filter:
    if not inlet.protocol.is_http:
        return tcpproxy.tcp_proxy(inlet.cluster)
    return _requests(inlet)


def _requests(inlet: Inlet) -> lc.Filter:
    whole = rc.Route(
        name=names.DEFAULT_ROUTE,
        match=rc.RouteMatch(prefix="/"),
        route=route.forward([route.Target(inlet.cluster)]),
    )
    host = route.virtual_host(f"inbound|http|{inlet.port}", ["*"], [whole], counts_attempts=False)
    routes = route.configuration(inlet.cluster, [host])
    prefix = names.stat_prefix("inbound", inlet.bind or WILDCARD, inlet.port)
    return hcm.network_filter(hcm.inline(prefix, routes, hcm.Side.INBOUND))
