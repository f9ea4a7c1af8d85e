"""Which endpoints of a cluster may get a call."""

from collections.abc import Iterator
from dataclasses import dataclass

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import health_check_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_components_pb2 as ec
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.routing import lookups
from libs.routing.call import Call
from libs.routing.decision import EndpointChoice
from libs.routing.outcome import UndecidedError, understood
from libs.routing.resources import Resources

_Cluster = cluster_pb2.Cluster
_UNUSABLE = frozenset(
    {
        health_check_pb2.UNHEALTHY,
        health_check_pb2.DRAINING,
        health_check_pb2.TIMEOUT,
    }
)
_PANIC_PERCENT = 50.0
"""Below this share of healthy endpoints Envoy calls all of them, unless it is told otherwise."""
_OVERRIDING = frozenset({"cluster_type", "lb_subset_config"})


@dataclass(frozen=True, slots=True)
class Arrived:
    """A call at its listener. `restored` says that its original destination is known there."""

    resources: Resources
    call: Call
    restored: bool


def of_cluster(arrived: Arrived, name: str, asked: str = "") -> tuple[EndpointChoice, ...]:
    """Return the endpoints of a cluster that get calls; none for a cluster that is not there.

    `asked` is the name that was looked up on the way, for clusters that connect to it.
    """
    resources = arrived.resources
    if name in resources.unread:
        raise UndecidedError(f"cluster {name}: {resources.unread[name]}")
    cluster = resources.clusters.get(name)
    if cluster is None:
        return ()
    if lookups.is_by_name(cluster):
        return (lookups.endpoint(cluster, asked),)
    for field, _ in cluster.ListFields():
        if field.name in _OVERRIDING:
            raise UndecidedError(f"cluster.{field.name}")
    if cluster.type == _Cluster.ORIGINAL_DST:
        return _original(cluster, arrived.call) if arrived.restored else ()
    listed = list(_listed(_assignment(resources, cluster)))
    return tuple(_usable(cluster, listed))


def _original(cluster: _Cluster, call: Call) -> tuple[EndpointChoice, ...]:
    """Return where the call was meant to go."""
    known = ("upstream_port_override",)
    understood(cluster.original_dst_lb_config, known, "original_dst_lb_config")
    port = cluster.original_dst_lb_config.upstream_port_override.value or call.port
    return (EndpointChoice(call.address, port),)


def _assignment(resources: Resources, cluster: _Cluster) -> endpoint_pb2.ClusterLoadAssignment:
    if cluster.type != _Cluster.EDS:
        return cluster.load_assignment
    service = cluster.eds_cluster_config.service_name or cluster.name
    if service in resources.unread:
        raise UndecidedError(f"endpoints {service}: {resources.unread[service]}")
    return resources.endpoints.get(service) or endpoint_pb2.ClusterLoadAssignment()


def _listed(assignment: endpoint_pb2.ClusterLoadAssignment) -> Iterator[EndpointChoice]:
    for locality in assignment.endpoints:
        for one in locality.lb_endpoints:
            yield _choice(one, locality.priority)


def _choice(one: ec.LbEndpoint, priority: int) -> EndpointChoice:
    at = one.endpoint.address
    kind = at.WhichOneof("address")
    health = health_check_pb2.HealthStatus.Name(one.health_status)
    weight = one.load_balancing_weight.value or 1
    if kind == "pipe":
        return EndpointChoice(at.pipe.path, 0, weight, priority, health)
    if kind != "socket_address":
        raise UndecidedError(f"endpoint.{kind}")
    socket = at.socket_address
    return EndpointChoice(socket.address, socket.port_value, weight, priority, health)


def _usable(cluster: _Cluster, listed: list[EndpointChoice]) -> list[EndpointChoice]:
    """Leave out the unhealthy ones, unless so few are healthy that Envoy would panic."""
    names = {health_check_pb2.HealthStatus.Name(one) for one in _UNUSABLE}
    healthy = [one for one in listed if one.health not in names]
    config = cluster.common_lb_config
    stated = config.HasField("healthy_panic_threshold")
    threshold = config.healthy_panic_threshold.value if stated else _PANIC_PERCENT
    panics = len(healthy) * 100 < threshold * len(listed)
    return listed if panics else healthy
