"""Mutual TLS without being asked: it is spoken to endpoints that speak it, and to no other.

An endpoint speaks it when its workload has a sidecar, which its label says, and when no
PeerAuthentication switches it off at the port.
"""

from typing import Final

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.extensions.transport_sockets.raw_buffer.v3 import raw_buffer_pb2

from libs.compile import identity
from libs.compile.peers import demand_of
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.target import Outbound
from libs.compile.view import View
from libs.envoy.anys import pack
from libs.registry.service import Endpoint, Resolution

LABEL: Final = "security.istio.io/tlsMode"
MESH_TLS: Final = "istio"
"""Value of the label at workloads whose proxy takes the mesh's mutual TLS."""

KEY: Final = "tlsMode"
"""Where the metadata of an endpoint says the same."""

_RAW: Final = "envoy.transport_sockets.raw_buffer"


def applies(view: View, one: Outbound) -> bool:
    """Say whether calls to a cluster are encrypted as its endpoints are.

    That is so where no rule says anything about TLS, and for services of the mesh only. Where
    connections go as they came, no endpoint is chosen: there all of them have to speak it.
    """
    off = view.world.settings.enable_auto_mtls is False or one.traffic.tls is not None
    outside = one.service.mesh_external or one.meshed or view.proxy.type is ProxyType.GRPC
    if off or outside or not identity.client_identity(view.proxy.metadata).known:
        return False
    if one.service.resolution is not Resolution.PASSTHROUGH or not _as_they_came(view.proxy, one):
        return True
    members = view.world.registry.endpoints.get(one.service.hostname, ())
    numbers = ((each, each.ports.get(one.port.name, 0)) for each in members)
    return bool(members) and all(speaks(view, each, number) for each, number in numbers)


def _as_they_came(proxy: Proxy, one: Outbound) -> bool:
    return proxy.intercepts or not one.service.kubernetes


def speaks(view: View, each: Endpoint, port: int) -> bool:
    """Say whether an endpoint takes the mesh's mutual TLS at its own port."""
    if each.labels.get(LABEL) != MESH_TLS:
        return False
    world = view.world
    root = world.settings.root_namespace
    return demand_of(world.peers, root, each.namespace, each.labels).at(port) != "DISABLE"


def by_endpoint(built: cluster_pb2.Cluster, socket: base_pb2.TransportSocket) -> None:
    """Use a socket for the endpoints whose metadata ask for it, and none for the others."""
    encrypted = built.transport_socket_matches.add(name="tlsMode-istio", transport_socket=socket)
    encrypted.match[KEY] = MESH_TLS
    plain = built.transport_socket_matches.add(name="tlsMode-disabled")
    plain.match.SetInParent()
    plain.transport_socket.name = _RAW
    plain.transport_socket.typed_config.CopyFrom(pack(raw_buffer_pb2.RawBuffer()))
