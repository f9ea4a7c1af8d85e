"""Clusters by what they lead to and how, so that names alone make no difference."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.routediff.fields import only
from libs.routing.resources import Resources

_NAMING = ("name", "alt_stat_name", "metadata", "load_assignment", "transport_socket")
_TLS = ("transport_socket", "transport_socket_matches", "transport_socket_matcher")


@dataclass(frozen=True, slots=True)
class Upstream:
    """What a cluster is: where it leads, what protects the way, and everything else about it.

    A cluster without known endpoints leads to its own name.
    """

    leads_to: Hashable
    tls: bytes
    settings: bytes
    reachable: bool


@dataclass(slots=True)
class Upstreams:
    """The clusters of one side, each looked at once."""

    resources: Resources
    _known: dict[str, Upstream] = field(default_factory=dict)

    def of(self, name: str) -> Upstream:
        """Return what the cluster of a name is."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Upstream:
        cluster = self.resources.clusters.get(name)
        if cluster is None:
            return Upstream(("name", name), b"", b"", reachable=False)
        settings, tls = cluster_pb2.Cluster(), cluster_pb2.Cluster()
        settings.CopyFrom(cluster)
        for one in _TLS:
            tls.MergeFrom(only(cluster, one))
            settings.ClearField(one)
        for one in _NAMING:
            settings.ClearField(one)
        settings.eds_cluster_config.ClearField("service_name")
        places = _places(self._assignment(cluster), shared=_shared_by_locality(cluster))
        discovered = cluster.type == cluster_pb2.Cluster.ORIGINAL_DST
        leads_to = places or ("original destination" if discovered else ("name", name))
        return Upstream(
            leads_to,
            tls.SerializeToString(deterministic=True),
            settings.SerializeToString(deterministic=True),
            reachable=bool(places) or discovered,
        )

    def _assignment(self, cluster: cluster_pb2.Cluster) -> endpoint_pb2.ClusterLoadAssignment:
        if cluster.type != cluster_pb2.Cluster.EDS:
            return cluster.load_assignment
        service = cluster.eds_cluster_config.service_name or cluster.name
        return self.resources.endpoints.get(service) or endpoint_pb2.ClusterLoadAssignment()


def _shared_by_locality(cluster: cluster_pb2.Cluster) -> bool:
    """Say whether the weights of localities count: Envoy looks at them only where it is told to."""
    told = cluster.common_lb_config.HasField("locality_weighted_lb_config")
    return told or cluster.HasField("load_balancing_policy")


def _places(
    assignment: endpoint_pb2.ClusterLoadAssignment, *, shared: bool
) -> tuple[Hashable, ...]:
    """Return all endpoints in an order that says nothing, each with its rank and weight."""
    return tuple(
        sorted(
            (
                locality.priority,
                locality.locality.SerializeToString(deterministic=True),
                locality.load_balancing_weight.value if shared else 0,
                one.endpoint.address.SerializeToString(deterministic=True),
                one.load_balancing_weight.value or 1,
                one.health_status,
            )
            for locality in assignment.endpoints
            for one in locality.lb_endpoints
        )
    )


def shares(weights: Iterable[tuple[Hashable, int]]) -> frozenset[tuple[Hashable, Fraction]]:
    """Return the share of each destination; equal destinations are one."""
    summed: dict[Hashable, int] = {}
    for key, weight in weights:
        if weight:
            summed[key] = summed.get(key, 0) + weight
    total = sum(summed.values())
    return frozenset((key, Fraction(weight, total)) for key, weight in summed.items())
