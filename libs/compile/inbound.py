"""A sidecar's inbound listeners and clusters: how calls reach the workload itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.compile.listeners import LOOPBACK
from libs.compile.scope import Scope
from libs.compile.slots import WILDCARD
from libs.compile.view import View
from libs.envoy import cluster, hcm, listener, names, route, tcpproxy
from libs.envoy.address import UNIX_PREFIX, address, socket
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.meshapi.sidecar import IngressListener, Sidecar
from libs.registry.protocols import entry_protocol
from libs.registry.service import Protocol

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

    @property
    def cluster(self) -> str:
        """Name of the cluster that leads to the workload."""
        return names.inbound_cluster(self.port)


@dataclass(frozen=True, slots=True)
class Inlets:
    """Inbound listeners and clusters."""

    listeners: list[listener_pb2.Listener] = field(default_factory=list)
    clusters: list[cluster_pb2.Cluster] = field(default_factory=list)


def inbound_inlets(view: View, scope: Scope) -> Inlets:
    """Return what the proxy takes in for its workload.

    Ports come from the Sidecar's ingress, else, under interception, from the services.
    """
    inlets = _stated(view, scope) if scope.ingress else _of_services(view)
    result = Inlets()
    for inlet in inlets:
        result.clusters.append(_cluster(view, inlet))
        if inlet.binds:
            result.listeners.append(_bound(view, inlet))
    if view.proxy.intercepts:
        result.listeners.append(_virtual_inbound(view, [one for one in inlets if not one.binds]))
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
    protocol = entry_protocol(one.port.name, one.port.protocol)
    return Inlet(one.port.number, protocol, one.bind or own, endpoint, binds, (sidecar.key,))


def _of_services(view: View) -> list[Inlet]:
    """Without interception nothing would arrive at ports that the workload itself listens on."""
    if not view.proxy.intercepts:
        return []
    proxy = view.proxy
    instances = view.world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)
    found: dict[int, Inlet] = {}
    for one in instances:
        inlet = Inlet(
            one.number, one.port.protocol, "", "", binds=False, sources=(one.service.origin,)
        )
        found.setdefault(one.number, inlet)
    return [found[number] for number in sorted(found)]


def _cluster(view: View, inlet: Inlet) -> cluster_pb2.Cluster:
    view.ledger.credit(xds.CLUSTER, inlet.cluster, *inlet.sources)
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


def _bound(view: View, inlet: Inlet) -> listener_pb2.Listener:
    name = names.listener(inlet.bind, inlet.port)
    view.ledger.credit(xds.LISTENER, name, *inlet.sources)
    return listener.listener(
        name,
        address(inlet.bind, inlet.port),
        [listener.chain([_filter(inlet)])],
        listener.INBOUND,
    )


def _virtual_inbound(view: View, inlets: Sequence[Inlet]) -> listener_pb2.Listener:
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
        chains.append(listener.chain([_filter(inlet)], name=name, destination_port=inlet.port))
    rest = [tcpproxy.tcp_proxy(names.INBOUND_PASSTHROUGH)]
    chains.append(listener.chain(rest, name="virtualInbound-catchall"))
    return listener.intercepting(
        names.VIRTUAL_INBOUND,
        socket(WILDCARD, INBOUND_PORT),
        chains,
        listener.INBOUND,
        hand_off=False,
    )


def _filter(inlet: Inlet) -> lc.Filter:
    if not inlet.protocol.is_http:
        return tcpproxy.tcp_proxy(inlet.cluster)
    whole = rc.Route(
        name=names.DEFAULT_ROUTE,
        match=rc.RouteMatch(prefix="/"),
        route=route.forward([route.Target(inlet.cluster)]),
    )
    host = route.virtual_host(f"inbound|http|{inlet.port}", ["*"], [whole], counts_attempts=False)
    routes = route.configuration(inlet.cluster, [host])
    prefix = names.stat_prefix("inbound", inlet.bind or WILDCARD, inlet.port)
    return hcm.network_filter(hcm.inline(prefix, routes, hcm.Side.INBOUND))
