"""Discovery requests as events of the stream engine."""

from protogen.envoy.config.core.v3 import base_pb2
from protogen.envoy.service.discovery.v3 import discovery_pb2

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.xdsproto.events import DeltaRequest, Request, SotwRequest

NO_TYPE = TypeUrl("")
Wire = discovery_pb2.DiscoveryRequest | discovery_pb2.DeltaDiscoveryRequest


def parse(wire: Wire, implied: TypeUrl = NO_TYPE) -> Request:
    """Keep what the engine needs of a request; a type that it does not name is `implied`."""
    type_url = TypeUrl(wire.type_url) or implied
    if isinstance(wire, discovery_pb2.DiscoveryRequest):
        return SotwRequest(
            type_url=type_url,
            names=tuple(map(ResourceName, wire.resource_names)),
            version=Version(wire.version_info),
            nonce=wire.response_nonce,
            error=_error(wire),
        )
    return DeltaRequest(
        type_url=type_url,
        subscribe=tuple(map(ResourceName, wire.resource_names_subscribe)),
        unsubscribe=tuple(map(ResourceName, wire.resource_names_unsubscribe)),
        initial={
            ResourceName(name): Version(version)
            for name, version in wire.initial_resource_versions.items()
        },
        nonce=wire.response_nonce,
        error=_error(wire),
    )


def node_of(wire: Wire) -> base_pb2.Node:
    """Return the node of a request, which only the first one of a stream has to carry.

    Without its list of extensions: Envoy names several hundred there, tens of kilobytes a proxy,
    and nothing that is compiled depends on them.
    """
    node = base_pb2.Node()
    node.CopyFrom(wire.node)
    node.ClearField("extensions")
    return node


def _error(wire: Wire) -> str | None:
    """A NACK needs no text; its presence counts."""
    if not wire.HasField("error_detail"):
        return None
    detail = wire.error_detail
    return detail.message or f"refused without a text, status code {detail.code}"
