"""From messages to the bytes that are served: deterministic, each under its fingerprint."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from google.protobuf.message import Message

from libs.confighash.fingerprint import fingerprint
from libs.envoy.messages import Messages
from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import PUSH_ORDER, Resource, Snapshot

_SNAPSHOT_DOMAIN = "snapshot"


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
    ordered = {kind: _in_order(by_type[kind]) for kind in PUSH_ORDER if by_type.get(kind)}
    return Snapshot(_version(ordered), MappingProxyType(ordered))


def _in_order(named: Mapping[ResourceName, Resource]) -> Mapping[ResourceName, Resource]:
    return MappingProxyType({name: named[name] for name in sorted(named)})


def _version(by_type: Mapping[TypeUrl, Mapping[ResourceName, Resource]]) -> Version:
    """Versions have one length and names no line breaks, so that nothing can run together."""
    parts: list[bytes] = []
    for type_url, named in by_type.items():
        versions = "".join([one.version for one in named.values()])
        parts += [type_url.encode(), "\n".join(named).encode(), versions.encode()]
    return Version(fingerprint(_SNAPSHOT_DOMAIN, *parts))
