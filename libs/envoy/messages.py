"""All resources of one view, as messages, before they are bytes."""

from collections.abc import Iterator
from dataclasses import dataclass

from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.kernel import xds
from libs.kernel.ids import ResourceName, TypeUrl


@dataclass(frozen=True, slots=True)
class Messages:
    """Clusters, load assignments, listeners, route configurations and secrets of one view."""

    clusters: tuple[cluster_pb2.Cluster, ...] = ()
    endpoints: tuple[endpoint_pb2.ClusterLoadAssignment, ...] = ()
    listeners: tuple[listener_pb2.Listener, ...] = ()
    routes: tuple[route_pb2.RouteConfiguration, ...] = ()
    secrets: tuple[secret_pb2.Secret, ...] = ()

    def named(self) -> Iterator[tuple[TypeUrl, ResourceName, Message]]:
        """Yield every resource with its type and name, in push order."""
        for cluster in self.clusters:
            yield xds.CLUSTER, ResourceName(cluster.name), cluster
        for assignment in self.endpoints:
            yield xds.ENDPOINT, ResourceName(assignment.cluster_name), assignment
        for listener in self.listeners:
            yield xds.LISTENER, ResourceName(listener.name), listener
        for route in self.routes:
            yield xds.ROUTE, ResourceName(route.name), route
        for secret in self.secrets:
            yield xds.SECRET, ResourceName(secret.name), secret
