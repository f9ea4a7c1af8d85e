"""A snapshot made ready for many streams: framed once, with what changed since the one before."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from libs.confighash.fingerprint import fingerprint
from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import VIRTUAL_HOST, Resource
from libs.xdsproto.collections import by_collection
from libs.xdsproto.hosts import HostTable
from libs.xdsproto.wire import Encoded, encode

Entries = Mapping[ResourceName, Encoded]
Encode = Callable[[Resource], Encoded]


class TypeView:
    """All resources of one type, which stay as they are. `hosts` finds virtual hosts on demand."""

    __slots__ = ("_collections", "_version", "entries", "hosts")

    def __init__(self, entries: Entries, hosts: HostTable | None = None) -> None:
        """Take resources by name; nobody may change them afterwards."""
        self.entries: Entries = MappingProxyType(entries)
        self.hosts = hosts
        self._version: Version | None = None
        self._collections: Mapping[ResourceName, frozenset[ResourceName]] | None = None

    def members(self, collection: ResourceName) -> frozenset[ResourceName]:
        """Return the names of all resources in a collection, looked through once for all."""
        if self._collections is None:
            self._collections = by_collection(self.entries)
        return self._collections.get(collection, frozenset())

    @property
    def version(self) -> Version:
        """Version of the resources together, made when it is first asked for.

        It depends on names and versions alone, so it is the same on every frontend and after every
        restart. Only full sets are told by it: it costs a look at all of them.
        """
        if self._version is None:
            self._version = set_version(self.entries)
        return self._version

    def get(self, name: ResourceName) -> Encoded | None:
        """Return a resource by the name that a client asks by; None when there is none."""
        return self.entries.get(name) if self.hosts is None else self.hosts.find(name)


@dataclass(frozen=True, slots=True)
class Published:
    """What one class of proxies should hold.

    `changed` names what differs from the snapshot `base`; None as base means that nothing is known
    of any earlier snapshot.
    """

    version: Version
    types: Mapping[TypeUrl, TypeView]
    base: Version | None = None
    changed: Mapping[TypeUrl, frozenset[ResourceName]] = field(default_factory=dict)

    def of(self, type_url: TypeUrl) -> TypeView:
        """Return the resources of a type; none where the snapshot has none."""
        return self.types.get(type_url, NOTHING)


def set_version(entries: Entries) -> Version:
    """Fingerprint a set of resources by their names and versions."""
    parts = (f"{name}\0{entries[name].version}".encode() for name in sorted(entries))
    return Version(fingerprint("xds-type", *parts))


def _type_view(
    type_url: TypeUrl, entries: dict[ResourceName, Encoded], before: TypeView | None = None
) -> TypeView:
    if type_url != VIRTUAL_HOST:
        return TypeView(entries)
    if before is None or before.hosts is None:
        return TypeView(entries, HostTable(entries))
    return TypeView(entries, before.hosts.followed(before.entries, entries))


NOTHING = TypeView({})


def full(version: Version, resources: Iterable[Resource], *, using: Encode = encode) -> Published:
    """Publish a whole snapshot. `using` may share framed resources between classes."""
    types: dict[TypeUrl, dict[ResourceName, Encoded]] = {}
    for resource in resources:
        types.setdefault(resource.type_url, {})[resource.name] = using(resource)
    return Published(version, {url: _type_view(url, all_) for url, all_ in types.items()})


def successor(
    before: Published,
    version: Version,
    changed: Iterable[Resource],
    removed: Iterable[tuple[TypeUrl, ResourceName]],
    *,
    using: Encode = encode,
) -> Published:
    """Publish the snapshot that follows `before`, at a cost of the types that changed."""
    touched: dict[TypeUrl, dict[ResourceName, Encoded | None]] = {}
    for url, name in removed:
        touched.setdefault(url, {})[name] = None
    for resource in changed:
        touched.setdefault(resource.type_url, {})[resource.name] = using(resource)
    views = dict(before.types)
    for url, edits in touched.items():
        former = before.of(url)
        views[url] = _type_view(url, _edited(former.entries, edits), former)
    names = {url: frozenset(edits) for url, edits in touched.items()}
    return Published(version, views, base=before.version, changed=names)


def _edited(
    entries: Entries, edits: Mapping[ResourceName, Encoded | None]
) -> dict[ResourceName, Encoded]:
    result = dict(entries)
    for name, entry in edits.items():
        if entry is None:
            result.pop(name, None)
        else:
            result[name] = entry
    return result


def differing(before: TypeView, after: TypeView) -> frozenset[ResourceName]:
    """Name what is in one of two views only, or in both with different versions."""
    if before is after:
        return frozenset()
    old, new = before.entries, after.entries
    gone = old.keys() - new.keys()
    return frozenset(gone) | {
        name for name, entry in new.items() if name not in old or old[name].version != entry.version
    }
