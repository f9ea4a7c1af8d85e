"""Envoy resources by name, ready to be asked about calls."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2

from libs.kernel import xds
from libs.kernel.ids import TypeUrl
from libs.kernel.xds import Snapshot

_M = TypeVar("_M", bound=Message)


@dataclass(frozen=True, slots=True)
class Resources:
    """Everything that one Envoy has. `unread` names what could not be read, with the reason."""

    listeners: Mapping[str, listener_pb2.Listener] = field(default_factory=dict)
    routes: Mapping[str, route_pb2.RouteConfiguration] = field(default_factory=dict)
    clusters: Mapping[str, cluster_pb2.Cluster] = field(default_factory=dict)
    endpoints: Mapping[str, endpoint_pb2.ClusterLoadAssignment] = field(default_factory=dict)
    unread: Mapping[str, str] = field(default_factory=dict)


def from_snapshot(snapshot: Snapshot, known: tuple[Snapshot, Resources] | None = None) -> Resources:
    """Read a compiled view; what is equal in a `known` one is not read again.

    Raises google.protobuf's DecodeError for bytes that are none.
    """
    former, read = known or (None, Resources())
    return Resources(
        _read(snapshot, xds.LISTENER, listener_pb2.Listener, former, read.listeners),
        _read(snapshot, xds.ROUTE, route_pb2.RouteConfiguration, former, read.routes),
        _read(snapshot, xds.CLUSTER, cluster_pb2.Cluster, former, read.clusters),
        _read(snapshot, xds.ENDPOINT, endpoint_pb2.ClusterLoadAssignment, former, read.endpoints),
    )


def _read(
    snapshot: Snapshot,
    type_url: TypeUrl,
    kind: type[_M],
    former: Snapshot | None,
    read: Mapping[str, _M],
) -> dict[str, _M]:
    known = former.of(type_url) if former is not None else {}
    return {
        name: read[name]
        if name in known and known[name].version == one.version
        else kind.FromString(one.body)
        for name, one in snapshot.of(type_url).items()
    }
