"""A sidecar's inbound listeners and clusters: how calls reach the workload itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile import pools
from libs.compile.guards import Guard, closed_ports, guard_of
from libs.compile.inlets import Chains, Inlet, chains_of, undeclared
from libs.compile.scope import Scope
from libs.compile.slots import LOOPBACK, WILDCARD
from libs.compile.statnames import inbound_name
from libs.compile.trafficpolicies import own_pool
from libs.compile.view import View
from libs.envoy import cluster, listener, names, tcpproxy
from libs.envoy.address import UNIX_PREFIX, address, socket
from libs.kernel import xds
from libs.meshapi.sidecar import IngressListener, Sidecar
from libs.meshapi.trafficpolicy import ConnectionPool, TrafficPolicy
from libs.registry.protocols import entry_protocol
from libs.registry.service import Protocol, ServicePort

_PORT = 15006
PASSTHROUGH_SOURCE = "127.0.0.6"
"""Redirection lets calls from this address through to the workload."""


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
    result, guard = Inlets(), guard_of(view)
    for inlet in inlets:
        result.clusters.append(_cluster(view, inlet))
        if inlet.binds:
            result.listeners.append(_bound(view, inlet, guard, result))
    if view.proxy.intercepts:
        redirected = [one for one in inlets if not one.binds]
        result.listeners.append(_virtual_inbound(view, redirected, guard, result))
        result.clusters.append(_passthrough(names.INBOUND_PASSTHROUGH))
    others = {0, *guard.demand.ports} if view.proxy.intercepts else set()
    closed_ports(view, guard, others.union(one.port for one in inlets))
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
        _stat_name(view, one.port.number),
    )


def _stat_name(view: View, number: int) -> str:
    """Return what the cluster of a port counts under: the first service there names it."""
    pattern, proxy = view.world.settings.inbound_cluster_stat_name, view.proxy
    if not pattern:
        return ""
    known = view.world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)
    found = (inbound_name(pattern, one) for one in known if one.number == number)
    return next(found, "")


def _of_services(view: View, pool: ConnectionPool | None) -> list[Inlet]:
    """Without interception nothing would arrive at ports that the workload itself listens on."""
    if not view.proxy.intercepts:
        return []
    proxy = view.proxy
    instances = view.world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)
    policy = view.world.settings.inbound_traffic_policy
    to_loopback = policy is not None and policy.mode == "LOCALHOST"
    found: dict[int, Inlet] = {}
    for one in instances:
        inlet = Inlet(
            one.number,
            one.port.protocol,
            "",
            f"{LOOPBACK}:{one.number}" if to_loopback else "",
            binds=False,
            sources=(one.service.origin,),
            pool=pool,
            stat_name=_stat_name(view, one.number),
        )
        found.setdefault(one.number, inlet)
    return [found[number] for number in sorted(found)]


def _cluster(view: View, inlet: Inlet) -> cluster_pb2.Cluster:
    """Return the cluster to the workload, with the limits that its Sidecar sets."""
    view.ledger.credit(xds.CLUSTER, inlet.cluster, *inlet.sources)
    built = _towards(inlet)
    built.alt_stat_name = inlet.stat_name
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


def _bound(view: View, inlet: Inlet, guard: Guard, result: Inlets) -> listener_pb2.Listener:
    name = inlet.name
    view.ledger.credit(xds.LISTENER, name, *inlet.sources, *guard.sources)
    made = chains_of(view, inlet, guard)
    result.secrets.update(made.secrets)
    at = address(inlet.bind, inlet.port)
    built = listener.listener(name, at, made.chains, listener.INBOUND)
    if made.reads_tls:
        listener.read_server_names(built)
    if made.reads_http:
        listener.tell_http(built)
    listener.wait_for_first_bytes(built)
    return built


def _virtual_inbound(
    view: View, inlets: Sequence[Inlet], guard: Guard, result: Inlets
) -> listener_pb2.Listener:
    """Return the listener that redirected calls to the workload arrive at."""
    view.ledger.credit(xds.LISTENER, names.VIRTUAL_INBOUND, *guard.sources)
    by_port: dict[int, Chains] = {}
    for inlet in inlets:
        view.ledger.credit(xds.LISTENER, names.VIRTUAL_INBOUND, *inlet.sources)
        by_port[inlet.port] = chains_of(view, inlet, guard)
    for port in sorted(guard.demand.ports.keys() - by_port.keys()):
        by_port[port] = undeclared(guard, names.listener(WILDCARD, port), port)
    by_port[0] = undeclared(guard, names.INBOUND_CATCH_ALL)
    for one in by_port.values():
        result.secrets.update(one.secrets)
    chains = [chain for one in by_port.values() for chain in one.chains]
    built = listener.intercepting(
        names.VIRTUAL_INBOUND,
        socket(WILDCARD, view.world.settings.proxy_inbound_listen_port or _PORT),
        [_to_itself(view), *chains],
        listener.INBOUND,
        hand_off=False,
    )
    _inspect(built, by_port)
    listener.wait_for_first_bytes(built)
    return built


def _to_itself(view: View) -> lc.FilterChain:
    """Return the chain of the proxy's own port, which would call itself without end."""
    return listener.chain(
        [tcpproxy.tcp_proxy(names.BLACK_HOLE)],
        name="virtualInbound-blackhole",
        destination_port=view.world.settings.proxy_inbound_listen_port or _PORT,
    )


def _inspect(built: listener_pb2.Listener, by_port: Mapping[int, Chains]) -> None:
    """Look at first bytes only at ports where they decide: some servers speak first."""
    encrypted = [port for port, one in by_port.items() if one.reads_tls]
    if 0 in encrypted:
        listener.read_server_names(built, but=[port for port in by_port if port not in encrypted])
    elif encrypted:
        listener.read_server_names(built, encrypted)
    guessed = [port for port, one in by_port.items() if one.reads_http]
    if guessed:
        listener.tell_http(built, guessed)
