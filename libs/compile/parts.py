"""Built resources, one by one and by the parts of a view."""

from collections.abc import Container, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile.memo import Change
from libs.envoy.claims import Claims, claims_of, together, twice
from libs.envoy.snapshot import resource
from libs.kernel import xds
from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.xds import Resource

_K = TypeVar("_K", bound=Hashable)
_Named = Mapping[ResourceName, Resource]
OfType = tuple[_Named, Claims]
"""The resources of one type, and what they claim."""
_KINDS: Mapping[TypeUrl, type[Message]] = {
    xds.CLUSTER: cluster_pb2.Cluster,
    xds.ENDPOINT: endpoint_pb2.ClusterLoadAssignment,
    xds.LISTENER: listener_pb2.Listener,
    xds.ROUTE: route_pb2.RouteConfiguration,
    xds.SECRET: secret_pb2.Secret,
}


@dataclass(frozen=True, slots=True)
class Built:
    """A resource as it is served, and what it claims."""

    resource: Resource
    claims: Claims


@dataclass(frozen=True, slots=True)
class Part:
    """Resources of one part of a view, in the order of their names, and what they claim."""

    resources: Mapping[TypeUrl, _Named]
    claims: Mapping[TypeUrl, Claims]


def built(type_url: TypeUrl, name: str, message: Message) -> Built:
    """Serialise a message; nobody may change it afterwards."""
    return Built(resource(type_url, ResourceName(name), message), claims_of(message))


def part(several: Iterable[Built]) -> Part:
    """Put resources together."""
    sorts: dict[TypeUrl, list[Built]] = {}
    for one in several:
        sorts.setdefault(one.resource.type_url, []).append(one)
    for found in sorts.values():
        found.sort(key=lambda one: one.resource.name)
    return Part(
        {kind: {one.resource.name: one.resource for one in sorts[kind]} for kind in sorts},
        {kind: _claims(kind, found) for kind, found in sorts.items()},
    )


def folded(members: Mapping[_K, Built], change: Change[Built, Part] | None) -> Part:
    """Put resources of one type together; where none came or went only the others are looked at."""
    if change is None or members.keys() != change.members.keys():
        return part(members.values())
    other = [members[name] for name in change.names]
    if any(
        _takes_other(change.members[name], one)
        for name, one in zip(change.names, other, strict=True)
    ):
        return part(members.values())
    resources = {kind: dict(named) for kind, named in change.folded.resources.items()}
    for one in other:
        resources[one.resource.type_url][one.resource.name] = one.resource
    return Part(resources, change.folded.claims)


def _takes_other(former: Built, one: Built) -> bool:
    return one.claims != former.claims or one.resource.name != former.resource.name


def joined(parts: Iterable[Part]) -> Part:
    """Put the parts of a view together."""
    resources: dict[TypeUrl, _Named] = {}
    claims: dict[TypeUrl, Claims] = {}
    for kind, found in by_type(parts).items():
        resources[kind], claims[kind] = joined_type(kind, found)
    return Part(resources, claims)


def by_type(parts: Iterable[Part]) -> Mapping[TypeUrl, tuple[OfType, ...]]:
    """Return what the parts of a view have of each type."""
    found: dict[TypeUrl, tuple[OfType, ...]] = {}
    for one in parts:
        for kind, named in one.resources.items():
            found[kind] = (*found.get(kind, ()), (named, one.claims[kind]))
    return found


def joined_type(kind: TypeUrl, several: Sequence[OfType]) -> OfType:
    """Put together what parts have of one type; what only one has is kept as it is."""
    if len(several) == 1:
        return several[0]
    known: dict[ResourceName, Resource] = {}
    claims: list[Claims] = []
    for named, own in several:
        shared = sorted(name for name in named if name in known) if known else ()
        doubled = tuple([f"resource {kind} {name} is there 2 times" for name in shared])
        claims += [Claims(doubled), own]
        known.update(named)
    return known, together(claims)


def message_of(one: Resource) -> Message:
    """Read a resource back."""
    return _KINDS[one.type_url].FromString(one.body)


def without(whole: Part, kinds: Container[TypeUrl]) -> Part:
    """Return the part without the resources of some types."""
    return Part(
        {url: named for url, named in whole.resources.items() if url not in kinds},
        {url: claims for url, claims in whole.claims.items() if url not in kinds},
    )


def _claims(kind: TypeUrl, found: list[Built]) -> Claims:
    names = [f"{kind} {one.resource.name}" for one in found]
    doubled = Claims(tuple(twice("resource", names)))
    return together([doubled, *(one.claims for one in found)])
