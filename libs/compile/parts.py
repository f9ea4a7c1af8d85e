"""Built resources, one by one and by the parts of a view."""

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.endpoint.v3 import endpoint_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile.memo import Change
from libs.envoy.claims import Claims, claims_of, together, twice
from libs.envoy.messages import Messages
from libs.envoy.snapshot import resource
from libs.kernel import xds
from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.xds import Resource

_Named = Mapping[ResourceName, Resource]
_KINDS: Mapping[TypeUrl, tuple[str, type[Message]]] = {
    xds.CLUSTER: ("clusters", cluster_pb2.Cluster),
    xds.ENDPOINT: ("endpoints", endpoint_pb2.ClusterLoadAssignment),
    xds.LISTENER: ("listeners", listener_pb2.Listener),
    xds.ROUTE: ("routes", route_pb2.RouteConfiguration),
    xds.SECRET: ("secrets", secret_pb2.Secret),
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
    by_type: dict[TypeUrl, list[Built]] = {}
    for one in several:
        by_type.setdefault(one.resource.type_url, []).append(one)
    for found in by_type.values():
        found.sort(key=lambda one: one.resource.name)
    return Part(
        {kind: {one.resource.name: one.resource for one in by_type[kind]} for kind in by_type},
        {kind: _claims(kind, found) for kind, found in by_type.items()},
    )


def folded(members: Mapping[str, Built], change: Change[Built, Part] | None) -> Part:
    """Put resources of one type together; where none came or went only the others are looked at."""
    if change is None or members.keys() != change.members.keys():
        return part(members.values())
    other = [members[name] for name in change.names]
    if any(
        one.claims != change.members[name].claims
        for name, one in zip(change.names, other, strict=True)
    ):
        return part(members.values())
    resources = {kind: dict(named) for kind, named in change.folded.resources.items()}
    for one in other:
        resources[one.resource.type_url][one.resource.name] = one.resource
    return Part(resources, change.folded.claims)


def joined(parts: Iterable[Part]) -> Part:
    """Put the parts of a view together."""
    resources: dict[TypeUrl, dict[ResourceName, Resource]] = {}
    claims: dict[TypeUrl, list[Claims]] = {}
    for one in parts:
        for kind, named in one.resources.items():
            known = resources.setdefault(kind, {})
            shared = known.keys() & named.keys()
            doubled = (f"resource {kind} {name} is there 2 times" for name in sorted(shared))
            claims.setdefault(kind, []).extend([Claims(tuple(doubled)), one.claims[kind]])
            known.update(named)
    return Part(resources, {kind: together(found) for kind, found in claims.items()})


def messages_of(whole: Part, kinds: Container[TypeUrl]) -> Messages:
    """Read the resources of some types back as messages."""
    found: dict[str, Any] = {
        field: tuple(kind.FromString(named[name].body) for name in sorted(named))
        for url, (field, kind) in _KINDS.items()
        if url in kinds
        for named in (whole.resources.get(url, {}),)
    }
    return Messages(**found)


def replaced(whole: Part, kinds: Container[TypeUrl], messages: Messages) -> Part:
    """Return the part with the resources of some types replaced."""
    kept = Part(
        {url: named for url, named in whole.resources.items() if url not in kinds},
        {url: claims for url, claims in whole.claims.items() if url not in kinds},
    )
    return joined([kept, part(_built_again(whole, messages))])


def _built_again(whole: Part, messages: Messages) -> Iterator[Built]:
    for url, name, message in messages.named():
        new = built(url, name, message)
        former = whole.resources.get(url, {}).get(name)
        yield Built(former, new.claims) if former == new.resource else new


def _claims(kind: TypeUrl, found: list[Built]) -> Claims:
    names = [f"{kind} {one.resource.name}" for one in found]
    doubled = Claims(tuple(twice("resource", names)))
    return together([doubled, *(one.claims for one in found)])
