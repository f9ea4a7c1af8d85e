"""What a set may contain. A set cannot widen this: `allow` stands in fleet.yaml, outside of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from libs.compile.hosts import fqdn
from libs.desired import codes
from libs.desired.finding import Finding, Rule, finding
from libs.desired.fleetview import FleetView
from libs.desired.provenance import change_at
from libs.kernel.ids import SetName
from libs.kernel.messages import Level, MessageClass
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.fleet import GROUP, Allow
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.unrendered import Patch
from libs.meshapi.virtualservice import VirtualService
from libs.registry.build import DEFAULT_DOMAIN
from libs.registry.hostnames import covers

_NOT_ALLOWED = Rule(codes.NOT_ALLOWED, Level.ERROR, MessageClass.OBJECT)
_MISPLACED = Rule(codes.FLEET, Level.ERROR, MessageClass.OBJECT)
_DECLARED = ", see its `allow` in fleet.yaml"
_FLEET_KINDS = ("Fleet", "Cluster")
Path = tuple[str | int, ...]


def violations(
    view: FleetView, contents: Mapping[SetName, Sequence[ParsedObject]]
) -> Iterator[Finding]:
    """Find objects that a set must not contain, by the `allow` of an accepted fleet."""
    declared = {SetName(one.name): one.allow for one in view.fleet.spec.sets}
    for name, objects in sorted(contents.items()):
        for one in objects:
            yield from violations_of(name, one, declared.get(name))


def violations_of(
    name: SetName, one: ParsedObject, allow: Allow | None, why: str = _DECLARED
) -> Iterator[Finding]:
    """Find what a set must not contain in one of its objects; `why` says where that is stated."""
    if one.key.group == GROUP and one.key.kind in _FLEET_KINDS:
        yield _misplaced(name, one)
    if allow is not None and not isinstance(one.object, Patch):
        yield from _not_allowed(name, one, allow, why)


def _misplaced(name: SetName, one: ParsedObject) -> Finding:
    home = "fleet.yaml" if one.key.kind == "Fleet" else "clusters/<name>/cluster.yaml"
    text = f"a {one.key.kind} is no part of a set; write it to `{home}`"
    return finding(_MISPLACED, (one.origin, one.key), (name,), text)


def _not_allowed(name: SetName, one: ParsedObject, allow: Allow, why: str) -> Iterator[Finding]:
    for path, text in _problems(one.object, allow):
        change = change_at(one, path)
        if change is not None and change.cluster is not None:
            continue  # the cluster's own folder is not bound by what its sets may do
        place = (one.positions.at(path), one.key)
        sentence = f"set `{name}` may not have {text}{why}"
        yield finding(_NOT_ALLOWED, place, (name,), sentence)


def _problems(obj: MeshObject, allow: Allow) -> Iterator[tuple[Path, str]]:
    if allow.kinds is not None and obj.kind not in allow.kinds:
        yield ("kind",), f"objects of kind `{obj.kind}`; {_only(allow.kinds)}"
    if allow.namespaces is not None and obj.namespace not in allow.namespaces:
        where = f"objects in namespace `{obj.namespace}`" if obj.namespace else "such objects"
        yield ("metadata", "namespace"), f"{where}; {_only(allow.namespaces)}"
    if allow.hosts is not None:
        for path, host in hosts_of(obj):
            full = fqdn(host.rpartition("/")[2], obj.namespace, DEFAULT_DOMAIN)
            if not any(covers(pattern, full) for pattern in allow.hosts):
                yield path, f"host `{full}`; {_only(allow.hosts)}"


def hosts_of(obj: MeshObject) -> Iterator[tuple[Path, str]]:
    """Return the hosts that an object decides about, with the place of each."""
    match obj:
        case VirtualService() | ServiceEntry():
            yield from _numbered(("spec", "hosts"), obj.spec.hosts)
        case DestinationRule():
            yield ("spec", "host"), obj.spec.host
        case Gateway():
            for index, server in enumerate(obj.spec.servers):
                yield from _numbered(("spec", "servers", index, "hosts"), server.hosts)


def _numbered(path: Path, hosts: Iterable[str]) -> Iterator[tuple[Path, str]]:
    for index, host in enumerate(hosts):
        yield (*path, index), host


def _only(allowed: Sequence[str]) -> str:
    return "only " + ", ".join(f"`{one}`" for one in allowed) if allowed else "none at all"
