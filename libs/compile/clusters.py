"""Outbound clusters: one for every port of every service in sight, and one for each subset."""

from collections.abc import Iterable, Mapping

from protogen.envoy.config.cluster.v3 import cluster_pb2

from libs.compile import upstreams
from libs.compile.assignments import assignment
from libs.compile.memo import Change
from libs.compile.policies import Caller, Policy, policy_for
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.statnames import outbound_name
from libs.compile.target import Outbound, looks_up, names_itself
from libs.compile.trafficpolicies import merged, own_pool, with_defaults
from libs.compile.view import View, group
from libs.envoy import cluster, dynamicdns, names
from libs.envoy.cluster import LoadBalancing, NameLookup
from libs.envoy.wellknown import duration
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.kernel.tables import Table
from libs.meshapi.destinationrule import Subset
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.trafficpolicy import LoadBalancerKind, TrafficPolicy
from libs.registry.service import Protocol, Resolution, Service, ServicePort

_PASSTHROUGH: LoadBalancerKind = "PASSTHROUGH"
_BALANCING: Mapping[LoadBalancerKind, LoadBalancing] = {
    "RANDOM": LoadBalancing.RANDOM,
    "ROUND_ROBIN": LoadBalancing.ROUND_ROBIN,
}
_LOOKUPS = {
    Resolution.DNS: NameLookup.EVERY_ADDRESS,
    Resolution.DNS_ROUND_ROBIN: NameLookup.FIRST_ADDRESS,
}


def outbound_clusters(view: View, services: Iterable[Service]) -> Mapping[str, Outbound]:
    """Return every cluster by name, in the order of services and ports."""
    items = {one.hostname: one for one in services}
    return group(view, "outbound", items, _of_service, _together)


def _of_service(view: View, service: Service) -> tuple[Outbound, ...]:
    world, proxy = view.world, view.proxy
    caller = Caller(proxy.namespace, proxy.labels)
    policy = policy_for(world.policies, service.hostname, service.namespace, caller)
    return tuple(_targets(service, policy, world.settings))


def _together(
    members: Mapping[str, tuple[Outbound, ...]],
    change: Change[tuple[Outbound, ...], Mapping[str, Outbound]] | None,
) -> Mapping[str, Outbound]:
    """Put clusters together; where no name came or went only the others are looked at."""
    if change is None or members.keys() != change.members.keys():
        return Table({one.name: one for several in members.values() for one in several})
    other = {one.name: one for name in change.names for one in members[name]}
    former = [one.name for name in change.names for one in change.members[name]]
    if former != list(other):
        return Table({one.name: one for several in members.values() for one in several})
    return Table({**change.folded, **other}, change.folded, tuple(other))


def _targets(service: Service, policy: Policy | None, mesh: MeshSettings) -> Iterable[Outbound]:
    subsets: tuple[Subset | None, ...] = (None,)
    if policy is not None:
        subsets = (None, *(policy.subsets[name] for name in sorted(policy.subsets)))
    for port in service.ports:
        if service.resolution is Resolution.DYNAMIC_DNS and not names_itself(port):
            continue
        for subset in subsets:
            name = names.outbound_cluster(
                service.hostname, port.number, subset.name if subset else ""
            )
            labels = subset.labels if subset else {}
            traffic = merged(
                policy.traffic_policy if policy else None,
                subset.traffic_policy if subset else None,
                port.number,
            )
            yield Outbound(name, service, port, labels, with_defaults(traffic, mesh), policy)


def cluster_message(view: View, one: Outbound) -> cluster_pb2.Cluster:
    """Return the cluster; one that finds endpoints by discovery needs `assignment` as well.

    A gRPC client gets what all of them understand.
    """
    view.ledger.credit(xds.CLUSTER, one.name, one.service.origin, *(one.policy or _NOBODY).sources)
    built = _located(view, one)
    mesh = view.world.settings
    built.alt_stat_name = outbound_name(mesh.outbound_cluster_stat_name, one)
    if built.HasField("dns_refresh_rate") and mesh.dns_refresh_rate is not None:
        built.dns_refresh_rate.CopyFrom(duration(mesh.dns_refresh_rate))
    if one.port.protocol is Protocol.AUTO and view.proxy.type is not ProxyType.GRPC:
        cluster.speak_as_called(built)
    if view.proxy.type is not ProxyType.GRPC:
        upstreams.apply(view, built, one)
    return built


def undeclared_cluster(view: View) -> cluster_pb2.Cluster:
    """Return the cluster that connects to any host, as the mesh encrypts such calls."""
    mesh = view.world.settings
    pool = own_pool(None, mesh)
    traffic = TrafficPolicy(connection_pool=pool, tls=mesh.outbound_traffic_policy.tls)
    port = ServicePort("", 0, Protocol.HTTP, 0)
    nobody = Service(names.ALLOW_ANY_BY_NAME, "", (port,), Resolution.DYNAMIC_DNS, _MESH)
    built = dynamicdns.by_request(names.ALLOW_ANY_BY_NAME)
    upstreams.apply(view, built, Outbound(built.name, nobody, port, {}, traffic, None))
    return built


def _located(view: View, one: Outbound) -> cluster_pb2.Cluster:
    """Return the cluster as its endpoints are found."""
    http2, balancing = one.port.protocol.is_http2, _balancing_for(one, view.proxy)
    if discovers(one, view.proxy):
        return cluster.by_discovery(one.name, balancing, http2=http2)
    if looks_up(one):
        return dynamicdns.by_request(one.name, http2=http2)
    lookup = _LOOKUPS.get(one.service.resolution)
    if lookup is None or one.balancing == _PASSTHROUGH:
        return cluster.by_original_destination(one.name, http2=http2)
    found = assignment(view, one)
    if len(found.endpoints) != 1 or len(found.endpoints[0].lb_endpoints) != 1:
        lookup = NameLookup.EVERY_ADDRESS
    return cluster.by_dns(found, balancing, lookup, http2=http2)


_MESH = ObjectKey("", "MeshConfig", "", "")
_NOBODY = Policy("", None, {}, ())


def _balancing_for(one: Outbound, proxy: Proxy) -> LoadBalancing:
    """A gRPC client is only sure to know round robin."""
    if proxy.type is ProxyType.GRPC:
        return LoadBalancing.ROUND_ROBIN
    return _BALANCING.get(one.balancing or "UNSPECIFIED", LoadBalancing.LEAST_REQUEST)


def discovers(one: Outbound, proxy: Proxy) -> bool:
    """Say whether a cluster's endpoints are listed to the proxy.

    A headless service's are, where no connection is intercepted and so none has a destination.
    """
    resolution = one.service.resolution
    if resolution is Resolution.PASSTHROUGH:
        intercepts = proxy.type is ProxyType.SIDECAR and proxy.intercepts
        return one.service.kubernetes and not intercepts
    return resolution is Resolution.ENDPOINTS and one.balancing != _PASSTHROUGH
