"""Snapshots as proto3 JSON, for people, goldens and the command line. Secrets show no value."""

from typing import Any, Final

import orjson
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.envoy.anytypes import settle
from libs.envoy.secret import redacted
from libs.kernel import xds
from libs.kernel.ids import TypeUrl
from libs.kernel.xds import Resource, Snapshot

_MESSAGES: Final[dict[TypeUrl, type[Message]]] = {
    xds.CLUSTER: cluster_pb2.Cluster,
    xds.ENDPOINT: endpoint_pb2.ClusterLoadAssignment,
    xds.LISTENER: listener_pb2.Listener,
    xds.ROUTE: route_pb2.RouteConfiguration,
    xds.SECRET: secret_pb2.Secret,
}
_FIELDS: Final[dict[str, TypeUrl]] = {
    "listeners": xds.LISTENER,
    "routes": xds.ROUTE,
    "clusters": xds.CLUSTER,
    "endpoints": xds.ENDPOINT,
    "secrets": xds.SECRET,
}


def resource_json(resource: Resource) -> dict[str, Any]:
    """Return one resource in proto3 JSON, in plain dictionaries and lists; secrets redacted.

    Raises ValueError for bytes that are no such message.
    """
    message = _MESSAGES[resource.type_url].FromString(resource.body)
    if isinstance(message, secret_pb2.Secret):
        message = redacted(message)
    settle(message)
    plain: dict[str, Any] = orjson.loads(orjson.dumps(MessageToDict(message)))
    return plain


def snapshot_json(snapshot: Snapshot) -> dict[str, list[dict[str, Any]]]:
    """Return all resources by kind, each kind in the order of names."""
    return {
        field: [resource_json(one) for _, one in sorted(snapshot.of(type_url).items())]
        for field, type_url in _FIELDS.items()
    }
