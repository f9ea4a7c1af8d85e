"""Load assignments: the endpoints of one cluster, by locality."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_components_pb2 as ec
from protogen.envoy.config.endpoint.v3 import endpoint_pb2

from libs.envoy.address import address
from libs.envoy.wellknown import uint32

_PARTS = 3


@dataclass(frozen=True, slots=True, order=True)
class LoadEndpoint:
    """One endpoint. `locality` is `region/zone/subzone`; `weight` is relative, at least 1."""

    locality: str
    host: str
    port: int
    weight: int = 1


def load_assignment(
    cluster: str, endpoints: Iterable[LoadEndpoint]
) -> endpoint_pb2.ClusterLoadAssignment:
    """Return the assignment; localities and endpoints stand in their order, each once.

    A locality's weight is the sum of its endpoints', without which a gRPC client ignores it.
    """
    ordered = sorted(set(endpoints))
    return endpoint_pb2.ClusterLoadAssignment(
        cluster_name=cluster,
        endpoints=[
            _locality(locality, list(members))
            for locality, members in groupby(ordered, key=lambda one: one.locality)
        ],
    )


def _locality(locality: str, members: list[LoadEndpoint]) -> ec.LocalityLbEndpoints:
    region, zone, sub_zone = (*locality.split("/", _PARTS - 1), "", "")[:_PARTS]
    return ec.LocalityLbEndpoints(
        locality=base_pb2.Locality(region=region, zone=zone, sub_zone=sub_zone),
        lb_endpoints=[_endpoint(member) for member in members],
        load_balancing_weight=uint32(sum(member.weight for member in members)),
    )


def _endpoint(member: LoadEndpoint) -> ec.LbEndpoint:
    return ec.LbEndpoint(
        endpoint=ec.Endpoint(address=address(member.host, member.port)),
        load_balancing_weight=uint32(member.weight),
    )
