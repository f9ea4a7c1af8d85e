"""Envoy resources by name, ready to be asked about calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2

from libs.kernel import xds
from libs.kernel.xds import Snapshot


@dataclass(frozen=True, slots=True)
class Resources:
    """Everything that one Envoy has. `unread` names what could not be read, with the reason."""

    listeners: Mapping[str, listener_pb2.Listener] = field(default_factory=dict)
    routes: Mapping[str, route_pb2.RouteConfiguration] = field(default_factory=dict)
    clusters: Mapping[str, cluster_pb2.Cluster] = field(default_factory=dict)
    endpoints: Mapping[str, endpoint_pb2.ClusterLoadAssignment] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


def from_snapshot(snapshot: Snapshot) -> Resources:
    """Read a compiled view. Raises google.protobuf's DecodeError for bytes that are none."""
    return Resources(
        {
            name: listener_pb2.Listener.FromString(one.body)
            for name, one in snapshot.of(xds.LISTENER).items()
        },
        {
            name: route_pb2.RouteConfiguration.FromString(one.body)
            for name, one in snapshot.of(xds.ROUTE).items()
        },
        {
            name: cluster_pb2.Cluster.FromString(one.body)
            for name, one in snapshot.of(xds.CLUSTER).items()
        },
        {
            name: endpoint_pb2.ClusterLoadAssignment.FromString(one.body)
            for name, one in snapshot.of(xds.ENDPOINT).items()
        },
    )
