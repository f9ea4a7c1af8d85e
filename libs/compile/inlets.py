"""Filter chains of a workload's own ports: for each kind of connection, what becomes of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile.credentials import for_account
from libs.compile.entrances import Entrance
from libs.compile.guards import Guard
from libs.compile.servertls import HTTP_ALPN, Decryption, Holder, decryption
from libs.compile.slots import WILDCARD
from libs.compile.view import View, node
from libs.envoy import hcm, listener, names, route, tcpproxy
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.meshapi.gateway import ServerTLS
from libs.meshapi.trafficpolicy import ConnectionPool
from libs.registry.service import Protocol


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
    stat_name: str = ""

    @property
    def cluster(self) -> str:
        """Name of the cluster that leads to the workload."""
        return names.inbound_cluster(self.port)

    @property
    def name(self) -> str:
        """Name of its listener, or of its chains in the one that intercepts."""
        return names.listener(self.bind if self.binds else WILDCARD, self.port)


@dataclass(frozen=True, slots=True)
class Chains:
    """The chains of a port, which bytes decide between them, and secrets that they wait for.

    Nobody may change the messages: they stand for later compilations.
    """

    chains: tuple[lc.FilterChain, ...]
    reads_tls: bool = False
    reads_http: bool = False
    secrets: Mapping[str, secret_pb2.Secret] = field(default_factory=dict)


@node(lambda inlet, _: (inlet.name, inlet.port))
def chains_of(view: View, inlet: Inlet, guard: Guard) -> Chains:
    """Return what becomes of connections to a port of the workload.

    Its own TLS counts only where the mesh's is off, as Istio has it.
    """
    port = 0 if inlet.binds else inlet.port
    if guard.closed(inlet.port):
        return Chains((_nowhere(inlet.name, port),))
    if inlet.tls is not None and guard.mode(inlet.port) == "DISABLE":
        return _decrypted(view, inlet, inlet.tls, port)
    if inlet.tls is not None:
        owners = ", ".join(map(str, inlet.sources))
        view.ledger.problem(
            f"{owners}: `tls` of ingress port {inlet.port} has no effect, because callers may "
            "speak the mesh's mutual TLS there; write a PeerAuthentication with mode `DISABLE`"
        )
    kinds = guard.entrances(inlet.port, inlet.protocol)
    found = tuple(_chain(inlet, one, guard.socket(one), port) for one in kinds)
    return Chains(
        found,
        reads_tls=any(one.transport for one in kinds),
        reads_http=any(one.protocols == listener.PLAIN_HTTP for one in kinds),
    )


def undeclared(guard: Guard, name: str, port: int = 0) -> Chains:
    """Return what becomes of connections to ports that no service has; 0 is all of them."""
    if guard.closed(port):
        return Chains((_nowhere(name, port),))
    kinds = guard.elsewhere(port)
    rest = Inlet(port, Protocol.AUTO, "", "", binds=False, sources=())
    found = tuple(
        _to_cluster(rest, one, names.INBOUND_PASSTHROUGH, (guard.socket(one), port, name))
        for one in kinds
    )
    return Chains(found, reads_tls=any(one.transport for one in kinds))


def _decrypted(view: View, inlet: Inlet, written: ServerTLS, port: int) -> Chains:
    """Return the chain behind a port's own TLS; where that cannot be had, nobody comes in."""
    made = _decryption(view, inlet, written)
    if made.socket is None:
        return Chains((_nowhere(inlet.name, port),), reads_tls=True)
    only = Entrance(inlet.protocol.is_http, "tls")
    chain = _chain(inlet, only, made.socket, port)
    return Chains((chain,), reads_tls=True, secrets={one.name: one for one in made.secrets})


def _decryption(view: View, inlet: Inlet, written: ServerTLS) -> Decryption:
    """Say how a port's connections are decrypted; or that, and why, they cannot be."""
    proxy = view.proxy
    holder = Holder(
        proxy.namespace,
        proxy.metadata,
        for_account(view.world.credentials, proxy.service_account),
        view.world.settings.tls_defaults,
    )
    found = decryption(written, holder, HTTP_ALPN if inlet.protocol.is_http else ())
    if found.fault:
        owners = ", ".join(map(str, inlet.sources))
        view.ledger.problem(
            f"{owners}: ingress port {inlet.port} ends all connections: {found.fault}"
        )
        return Decryption()
    for one in found.secrets:
        view.ledger.credit(xds.SECRET, one.name, *inlet.sources, *found.sources)
    return found


def _nowhere(name: str, port: int) -> lc.FilterChain:
    ending = [tcpproxy.tcp_proxy(names.BLACK_HOLE)]
    return listener.chain(ending, name=name, destination_port=port)


def _chain(
    inlet: Inlet, one: Entrance, socket: base_pb2.TransportSocket | None, port: int
) -> lc.FilterChain:
    name = "" if inlet.binds else inlet.name
    return _to_cluster(inlet, one, inlet.cluster, (socket, port, name))


def _to_cluster(
    inlet: Inlet,
    one: Entrance,
    cluster: str,
    frame: tuple[base_pb2.TransportSocket | None, int, str],
) -> lc.FilterChain:
    """Return a chain that leads to a cluster; its `frame` is socket, port and name."""
    socket, port, name = frame
    last = _requests(inlet, cluster) if one.http else tcpproxy.tcp_proxy(cluster)
    built = listener.chain(
        [last],
        name=name,
        destination_port=port,
        encrypted=one.encrypted,
        protocols=one.protocols,
    )
    if one.transport and not one.encrypted:
        listener.only_plain(built)
    if socket is not None:
        built.transport_socket.CopyFrom(socket)
    return built


def _requests(inlet: Inlet, cluster: str) -> lc.Filter:
    whole = rc.Route(
        name=names.DEFAULT_ROUTE,
        match=rc.RouteMatch(prefix="/"),
        route=route.forward([route.Target(cluster)]),
    )
    host = route.virtual_host(f"inbound|http|{inlet.port}", ["*"], [whole], counts_attempts=False)
    routes = route.configuration(cluster, [host])
    prefix = names.stat_prefix("inbound", inlet.bind or WILDCARD, inlet.port)
    manager = hcm.inline(prefix, routes, hcm.Side.INBOUND)
    if inlet.protocol is Protocol.GRPC_WEB:
        hcm.translate_grpc_web(manager)
    return hcm.network_filter(manager)
