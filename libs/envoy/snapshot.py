"""From messages to the bytes that are served: deterministic, each under its fingerprint."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from google.protobuf.message import Message

from libs.confighash.fingerprint import fingerprint
from libs.envoy.messages import Messages
from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import PUSH_ORDER, Resource, Snapshot

_SNAPSHOT_DOMAIN = "snapshot"
_TYPE_DOMAIN = "snapshot-type"


def resource(type_url: TypeUrl, name: ResourceName, message: Message) -> Resource:
    """Serialise one message; equal messages give equal bytes and versions."""
    return resource_of_bytes(type_url, name, message.SerializeToString(deterministic=True))


def resource_of_bytes(type_url: TypeUrl, name: ResourceName, body: bytes) -> Resource:
    """Return a message that is serialised already, in the one form that equal messages have."""
    return Resource(type_url, name, Version(fingerprint(type_url, body)), body)


def build_snapshot(messages: Messages) -> Snapshot:
    """Serialise a view. Raises ValueError when two resources of one type have one name."""
    return snapshot_of(resource(*named) for named in messages.named())


def snapshot_of(resources: Iterable[Resource]) -> Snapshot:
    """Put resources into a snapshot. Raises ValueError when two of one type have one name."""
    by_type: dict[TypeUrl, dict[ResourceName, Resource]] = {}
    for one in resources:
        named = by_type.setdefault(one.type_url, {})
        if one.name in named:
            raise ValueError(f"two resources of type {one.type_url} are named {one.name}")
        named[one.name] = one
    return snapshot_of_types(by_type)


def snapshot_of_types(by_type: Mapping[TypeUrl, Mapping[ResourceName, Resource]]) -> Snapshot:
    """Put resources that stand under their names into a snapshot."""
    return snapshot_of_ordered({kind: ordered(named) for kind, named in by_type.items()})


@dataclass(frozen=True, slots=True)
class Ordered:
    """The resources of one type in the order of their names; `digest` is of names and versions."""

    named: Mapping[ResourceName, Resource]
    digest: str


def ordered(named: Mapping[ResourceName, Resource]) -> Ordered:
    """Put the resources of one type in order.

    Versions have one length and names no line breaks, so that nothing can run together.
    """
    names = sorted(named)
    several = [named[name] for name in names]
    versions = "".join([one.version for one in several])
    digest = fingerprint(_TYPE_DOMAIN, "\n".join(names).encode(), versions.encode())
    return Ordered(MappingProxyType(dict(zip(names, several, strict=True))), digest)


def snapshot_of_ordered(by_type: Mapping[TypeUrl, Ordered]) -> Snapshot:
    """Put types into a snapshot; what did not change in one is not looked at again."""
    there = [(kind, by_type[kind]) for kind in PUSH_ORDER if kind in by_type]
    there = [(kind, one) for kind, one in there if one.named]
    parts = (text.encode() for kind, one in there for text in (kind, one.digest))
    version = Version(fingerprint(_SNAPSHOT_DOMAIN, *parts))
    types = tuple((kind, Version(one.digest)) for kind, one in there)
    return Snapshot(version, MappingProxyType({kind: one.named for kind, one in there}), types)
