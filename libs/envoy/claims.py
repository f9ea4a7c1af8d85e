"""What resources take for themselves and need of others, as far as a view can fail by it."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from google.protobuf.any_pb2 import Any as AnyMessage
from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.envoy import tls
from libs.envoy.address import text_of
from libs.envoy.chainorder import misplaced


@dataclass(frozen=True, slots=True)
class Claims:
    """Claims of one resource, or of several.

    `reasons` are sentences about what is wrong whatever else there is. `routes`, `clusters`,
    `assignments` and `secrets` are the names that are needed, each with who needs it.
    """

    reasons: tuple[str, ...] = ()
    addresses: tuple[str, ...] = ()
    routes: Mapping[str, str] = field(default_factory=dict)
    clusters: Mapping[str, str] = field(default_factory=dict)
    assignments: Mapping[str, str] = field(default_factory=dict)
    secrets: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class HostClaims:
    """What a virtual host takes and needs: domains in lower case, names of clusters."""

    name: str
    domains: tuple[str, ...]
    clusters: tuple[str, ...]


def claims_of(message: Message) -> Claims:
    """Return the claims of a resource."""
    if isinstance(message, cluster_pb2.Cluster):
        return _of_cluster(message)
    if isinstance(message, listener_pb2.Listener):
        return _of_listener(message)
    if isinstance(message, route_pb2.RouteConfiguration):
        return claims_of_hosts(message.name, map(claims_of_host, message.virtual_hosts))
    return Claims()


def together(several: Iterable[Claims]) -> Claims:
    """Return the claims of several resources as one; of two who need a name the first is named."""
    ordered = tuple(one for one in several if one is not _NOTHING and one != _NOTHING)
    if len(ordered) == 1:
        return ordered[0]
    return Claims(
        tuple(reason for one in ordered for reason in one.reasons),
        tuple(address for one in ordered for address in one.addresses),
        _joined(one.routes for one in ordered),
        _joined(one.clusters for one in ordered),
        _joined(one.assignments for one in ordered),
        _joined(one.secrets for one in ordered),
    )


def claims_of_host(host: rc.VirtualHost) -> HostClaims:
    """Return the claims of a virtual host. Envoy compares domains without regard to case."""
    found = (name for route in host.routes for name in clusters_of(route.route))
    domains = tuple(domain.lower() for domain in host.domains)
    return HostClaims(host.name, domains, tuple(dict.fromkeys(found)))


def claims_of_hosts(configuration: str, hosts: Iterable[HostClaims]) -> Claims:
    """Return the claims of a route configuration that has these virtual hosts."""
    ordered, where = tuple(hosts), f"in route configuration {configuration}:"
    reasons = (
        *twice(f"{where} domain", [domain for host in ordered for domain in host.domains]),
        *twice(f"{where} virtual host", [host.name for host in ordered]),
        *(f"{where} virtual host {one.name} has no domain" for one in ordered if not one.domains),
    )
    clusters: dict[str, str] = {}
    for host in ordered:
        for name in host.clusters:
            if name not in clusters:
                clusters[name] = f"virtual host {host.name} of {configuration}"
    return Claims(reasons, clusters=clusters)


def twice(what: str, names: list[str]) -> Iterator[str]:
    """Yield a sentence for every name that is there more than once."""
    if len(set(names)) == len(names):
        return
    for name, count in Counter(names).items():
        if count > 1:
            yield f"{what} {name} is there {count} times"


def _joined(several: Iterable[Mapping[str, str]]) -> Mapping[str, str]:
    found = [one for one in several if one]
    if len(found) == 1:
        return found[0]
    result: dict[str, str] = {}
    for one in reversed(found):
        result.update(one)
    return result


def _of_cluster(cluster: cluster_pb2.Cluster) -> Claims:
    user = f"cluster {cluster.name}"
    secrets = _secrets(cluster.transport_socket, user)
    if cluster.type != cluster_pb2.Cluster.EDS:
        return Claims(secrets=secrets) if secrets else _NOTHING
    name = cluster.eds_cluster_config.service_name or cluster.name
    return Claims(assignments={name: user}, secrets=secrets)


def _secrets(socket: base_pb2.TransportSocket, user: str) -> Mapping[str, str]:
    """Who waits for a secret would keep what it had before, and not say so."""
    context = tls.context_of(socket) if socket.name else None
    return dict.fromkeys(tls.secrets_of(context), user) if context is not None else {}


def _of_listener(listener: listener_pb2.Listener) -> Claims:
    user = f"listener {listener.name}"
    needed: dict[str, str] = {}
    inside: list[Claims] = []
    clusters: dict[str, str] = {}
    for config in _filter_configs(listener):
        manager, proxy = hcm_pb2.HttpConnectionManager(), tcp_proxy_pb2.TcpProxy()
        if config.Unpack(manager):
            if manager.HasField("rds"):
                needed.setdefault(manager.rds.route_config_name, user)
            elif manager.HasField("route_config"):
                inside.append(claims_of(manager.route_config))
        elif config.Unpack(proxy):
            clusters.update(dict.fromkeys(_proxied(proxy), user))
    reasons = (*_chains(listener), *misplaced(listener))
    own = Claims(reasons, _addresses(listener), needed, clusters)
    chains = listener.filter_chains
    sockets = (Claims(secrets=_secrets(one.transport_socket, user)) for one in chains)
    return together((own, *inside, *sockets))


def _addresses(listener: listener_pb2.Listener) -> tuple[str, ...]:
    """A listener for gRPC clients has no address."""
    return () if listener.HasField("api_listener") else (text_of(listener.address),)


def _chains(listener: listener_pb2.Listener) -> Iterator[str]:
    matches = [
        chain.filter_chain_match.SerializeToString(deterministic=True)
        for chain in listener.filter_chains
    ]
    if len(set(matches)) < len(matches):
        yield f"listener {listener.name} has two filter chains with one condition"


def _filter_configs(listener: listener_pb2.Listener) -> Iterator[AnyMessage]:
    if listener.HasField("api_listener"):
        yield listener.api_listener.api_listener
    for chain in listener.filter_chains:
        for one in chain.filters:
            yield one.typed_config


def clusters_of(action: rc.RouteAction) -> list[str]:
    """Return the clusters that a route names, mirrors included."""
    mirrors = [policy.cluster for policy in action.request_mirror_policies]
    if action.HasField("weighted_clusters"):
        return [*mirrors, *(weighted.name for weighted in action.weighted_clusters.clusters)]
    return [*mirrors, action.cluster] if action.HasField("cluster") else mirrors


def _proxied(proxy: tcp_proxy_pb2.TcpProxy) -> list[str]:
    if proxy.HasField("weighted_clusters"):
        return [one.name for one in proxy.weighted_clusters.clusters]
    return [proxy.cluster]


_NOTHING = Claims()
