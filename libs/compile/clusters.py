"""Outbound clusters: one for every port of every service in sight, and one for each subset."""

from collections.abc import Iterable, Mapping

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.compile import upstreams
from libs.compile.ledger import Ledger
from libs.compile.policies import Caller, Policy, policy_for
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.target import Outbound
from libs.compile.trafficpolicies import merged
from libs.compile.view import View, node
from libs.compile.world import World
from libs.envoy import cluster, endpoint, names
from libs.envoy.address import UNIX_PREFIX, is_ip
from libs.envoy.cluster import LoadBalancing, NameLookup
from libs.kernel import xds
from libs.meshapi.destinationrule import Subset
from libs.meshapi.trafficpolicy import LoadBalancerKind
from libs.registry.service import Endpoint, Resolution, Service, ServicePort

TLS_MODE_LABEL = "security.istio.io/tlsMode"
MESH_TLS = "istio"
"""Value of the label at workloads whose proxy takes the mesh's mutual TLS."""

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
    return {
        one.name: one
        for service in services
        for one in _of_service(view, service, _policy(view.world, view.proxy, service))
    }


def _policy(world: World, proxy: Proxy, service: Service) -> Policy | None:
    caller = Caller(proxy.namespace, proxy.labels)
    return policy_for(world.policies, service.hostname, service.namespace, caller)


@node(lambda service, _: service.hostname)
def _of_service(_view: View, service: Service, policy: Policy | None) -> tuple[Outbound, ...]:
    return tuple(_targets(service, policy))


def _targets(service: Service, policy: Policy | None) -> Iterable[Outbound]:
    subsets: tuple[Subset | None, ...] = (None,)
    if policy is not None:
        subsets = (None, *(policy.subsets[name] for name in sorted(policy.subsets)))
    for port in service.ports:
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
            yield Outbound(name, service, port, labels, traffic, policy)


def cluster_message(view: View, one: Outbound) -> cluster_pb2.Cluster:
    """Return the cluster; one that finds endpoints by discovery needs `assignment` as well.

    A gRPC client gets what all of them understand.
    """
    view.ledger.credit(xds.CLUSTER, one.name, one.service.origin, *(one.policy or _NOBODY).sources)
    built = _located(view, one)
    if view.proxy.type is not ProxyType.GRPC:
        upstreams.apply(built, one.traffic, one.port)
    return built


def _located(view: View, one: Outbound) -> cluster_pb2.Cluster:
    """Return the cluster as its endpoints are found."""
    http2, balancing = one.port.protocol.is_http2, _balancing_for(one, view.proxy)
    if discovers(one, view.proxy):
        return cluster.by_discovery(one.name, balancing, http2=http2)
    lookup = _LOOKUPS.get(one.service.resolution)
    if lookup is None or one.balancing == _PASSTHROUGH:
        return cluster.by_original_destination(one.name, http2=http2)
    found = assignment(view, one)
    if len(found.endpoints) != 1 or len(found.endpoints[0].lb_endpoints) != 1:
        lookup = NameLookup.EVERY_ADDRESS
    return cluster.by_dns(found, balancing, lookup, http2=http2)


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


def assignment(view: View, one: Outbound) -> endpoint_pb2.ClusterLoadAssignment:
    """Return the endpoints that carry the subset's labels."""
    chosen = [
        (each, number)
        for each in view.world.registry.endpoints.get(one.service.hostname, ())
        if one.labels.items() <= each.labels.items()
        and (not one.meshed or each.labels.get(TLS_MODE_LABEL) == MESH_TLS)
        and (number := _number(each, one.port)) is not None
        and _usable(view.ledger, one, each)
    ]
    origins = (each.origin for each, _ in chosen)
    view.ledger.credit(xds.ENDPOINT, one.name, one.service.origin, *origins)
    return endpoint.load_assignment(
        one.name,
        (
            endpoint.LoadEndpoint(each.locality, each.address, number, each.weight)
            for each, number in chosen
        ),
    )


def _number(each: Endpoint, port: ServicePort) -> int | None:
    return 0 if each.address.startswith(UNIX_PREFIX) else each.ports.get(port.name)


def _usable(ledger: Ledger, one: Outbound, each: Endpoint) -> bool:
    """Envoy refuses a whole assignment for one address that is no number."""
    by_name = one.service.resolution in _LOOKUPS
    if by_name or is_ip(each.address) or each.address.startswith(UNIX_PREFIX):
        return True
    ledger.problem(
        f"{one.service.origin}: endpoint address `{each.address}` is a name; "
        "write an IP address, or resolution DNS"
    )
    return False
