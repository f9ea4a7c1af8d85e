"""Load assignments: the endpoints of one cluster, by locality."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_components_pb2 as ec
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.envoy.address import address
from libs.envoy.wellknown import uint32

_PARTS = 3
_SOCKET_MATCH = "envoy.transport_socket_match"


@dataclass(frozen=True, slots=True, order=True)
class LoadEndpoint:
    """One endpoint. `locality` is `region/zone/subzone`; `weight` is relative, at least 1.

    `priority` is the order in which endpoints are used: those of 1 when those of 0 fail.
    `meshed` says that it speaks the mesh's mutual TLS, for clusters that go by that.
    """

    locality: str
    host: str
    port: int
    weight: int = 1
    priority: int = 0
    meshed: bool = False

    @property
    def group(self) -> tuple[int, str]:
        """What stands together: endpoints of one priority and locality."""
        return (self.priority, self.locality)


def load_assignment(
    cluster: str,
    endpoints: Iterable[LoadEndpoint],
    weights: Mapping[str, int] | None = None,
) -> endpoint_pb2.ClusterLoadAssignment:
    """Return the assignment; localities and endpoints stand in their order, each once.

    A locality's weight is the sum of its endpoints', without which a gRPC client ignores it. With
    `weights` it is the one of those, and a locality without one gets nothing.
    """
    listed = (one for one in set(endpoints) if weights is None or one.locality in weights)
    ordered = sorted(listed, key=lambda one: (one.group, one))
    return endpoint_pb2.ClusterLoadAssignment(
        cluster_name=cluster,
        endpoints=[
            _locality(group, list(members), (weights or {}).get(group[1]))
            for group, members in groupby(ordered, key=lambda one: one.group)
        ],
    )


def _locality(
    group: tuple[int, str], members: list[LoadEndpoint], weight: int | None
) -> ec.LocalityLbEndpoints:
    priority, locality = group
    region, zone, sub_zone = (*locality.split("/", _PARTS - 1), "", "")[:_PARTS]
    return ec.LocalityLbEndpoints(
        locality=base_pb2.Locality(region=region, zone=zone, sub_zone=sub_zone),
        lb_endpoints=[_endpoint(member) for member in members],
        load_balancing_weight=uint32(weight or sum(member.weight for member in members)),
        priority=priority,
    )


def _endpoint(member: LoadEndpoint) -> ec.LbEndpoint:
    result = ec.LbEndpoint(
        endpoint=ec.Endpoint(address=address(member.host, member.port)),
        load_balancing_weight=uint32(member.weight),
    )
    if member.meshed:
        result.metadata.filter_metadata[_SOCKET_MATCH]["tlsMode"] = "istio"
    return result
