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
        several: tuple[tuple[TypeUrl, tuple[Message, ...]], ...] = (
            (xds.CLUSTER, self.clusters),
            (xds.ENDPOINT, self.endpoints),
            (xds.LISTENER, self.listeners),
            (xds.ROUTE, self.routes),
            (xds.SECRET, self.secrets),
        )
        for kind, messages in several:
            for one in messages:
                yield kind, name_of(one), one


def name_of(message: Message) -> ResourceName:
    """Return the name that a message has as a resource."""
    if isinstance(message, endpoint_pb2.ClusterLoadAssignment):
        return ResourceName(message.cluster_name)
    return ResourceName(str(getattr(message, "name", "")))
