"""All of one cluster that compiling reads, prepared once for all of its proxies."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from libs.compile.attachments import ATTACHED, Attachments, attachments
from libs.compile.credentials import Credentials, credentials
from libs.compile.discovery import Placed, Undiscovered, discovered
from libs.compile.objects import Difference, Objects
from libs.compile.peers import Peers
from libs.compile.policies import Policies, changed_policies, policies
from libs.compile.rules import Roots, RouteRules, changed_route_rules
from libs.kernel.ids import ClusterName
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.authorizationpolicy import AuthorizationPolicy
from libs.meshapi.destinationrule import DestinationRule
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.gateway import Gateway
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.peerauthentication import PeerAuthentication
from libs.meshapi.requestauthentication import RequestAuthentication
from libs.meshapi.sealedsecret import SealedSecret
from libs.meshapi.secret import Secret
from libs.meshapi.service import Service
from libs.meshapi.sidecar import Sidecar
from libs.meshapi.virtualservice import VirtualService
from libs.registry.build import DEFAULT_DOMAIN, Registry, build_registry, changed_registry
from libs.registry.kubernetes import nearness_of
from libs.registry.order import age
from libs.registry.service import Nearness
from libs.registry.settings import registry_settings
from libs.registry.sources import REGISTRY_KINDS

_Kind = TypeVar("_Kind", bound=MeshObject)


@dataclass(frozen=True, slots=True)
class World:
    """One cluster. What has an order stands oldest first.

    `origins` tells where each object is written; it never reaches a resource. `node_bound` says
    that the node of a proxy decides where some of its calls go. `objects` are what the tables are
    made from; `undiscovered` are those that do not count. `keys` are JSON Web Key Sets by address,
    fetched by whoever can.
    """

    cluster: ClusterName
    settings: MeshSettings
    registry: Registry
    rules: tuple[RouteRules, ...] = ()
    policies: Policies = field(default_factory=Policies)
    gateways: tuple[Gateway, ...] = ()
    sidecars: Mapping[str, tuple[Sidecar, ...]] = field(default_factory=dict)
    attached: Attachments = field(default_factory=Attachments)
    origins: Mapping[ObjectKey, Origin] = field(default_factory=dict)
    credentials: Credentials = field(default_factory=dict)
    peers: Peers = field(default_factory=dict)
    authorizations: Mapping[str, tuple[AuthorizationPolicy, ...]] = field(default_factory=dict)
    authentications: Mapping[str, tuple[RequestAuthentication, ...]] = field(default_factory=dict)
    keys: Mapping[str, str] = field(default_factory=dict, repr=False)
    node_bound: bool = False
    objects: Objects = field(default_factory=Objects, repr=False)
    undiscovered: Undiscovered = field(default_factory=Undiscovered, repr=False)

    @property
    def domain(self) -> str:
        """The mesh's DNS domain."""
        return self.registry.domain

    def has_ingress(self, namespace: str) -> bool:
        """Say whether a Sidecar that may apply in `namespace` states where inbound calls arrive."""
        return any(
            sidecar.spec.ingress
            for where in (namespace, self.settings.root_namespace)
            for sidecar in self.sidecars.get(where, ())
        )


def build_world(
    objects: Iterable[tuple[MeshObject, Origin]],
    cluster: ClusterName,
    settings: MeshSettings | None = None,
    domain: str = DEFAULT_DOMAIN,
) -> World:
    """Index a cluster's objects. Kinds that compiling does not know are passed over."""
    mesh = settings or MeshSettings()
    registry = build_registry((), domain, registry_settings(mesh, domain))
    root, exports = mesh.root_namespace, mesh.default_destination_rule_export_to
    empty = World(cluster, mesh, registry, policies=policies((), domain, exports, root))
    return changed_world(empty, (), objects)


def changed_world(
    world: World, removed: Iterable[ObjectKey], added: Iterable[tuple[MeshObject, Origin]]
) -> World:
    """Return the world after some objects went and others came or changed.

    It equals a world that is built of the same objects. Only tables are made again that something
    changed for, and what is equal in them stays the same object.
    """
    seen = discovered(
        world.settings.discovery_selectors, world.undiscovered, _Seen(world), removed, added
    )
    lost, placed = seen.removed, seen.added
    objects, difference = world.objects.changed(lost, (one for one, _ in placed))
    origins = {**world.origins, **{one.key: origin for one, origin in placed}}
    for key in set(lost) - {one.key for one, _ in placed}:
        origins.pop(key, None)
    made: dict[str, Any] = {
        table.name: table.make(_Making(world, objects, difference))
        for table in _TABLES
        if difference.touches(table.kinds)
    }
    return replace(world, objects=objects, origins=origins, undiscovered=seen.rest, **made)


class _Seen(Mapping[ObjectKey, Placed]):
    """The objects of a world, each with where it is written."""

    def __init__(self, world: World) -> None:
        self._world = world

    def __getitem__(self, key: ObjectKey) -> Placed:
        found = self._world.objects.find(key)
        if found is None:
            raise KeyError(key)
        return found, self._world.origins[key]

    def __iter__(self) -> Iterator[ObjectKey]:
        return iter(self._world.origins)

    def __len__(self) -> int:
        return len(self._world.origins)


def followed_world(world: World, objects: Iterable[tuple[MeshObject, Origin]]) -> World:
    """Return the world of these objects, from a former world of the same cluster and settings."""
    now = {one.key: (one, origin) for one, origin in objects}
    hidden = world.undiscovered.objects
    added = [
        (one, origin)
        for key, (one, origin) in now.items()
        if (world.objects.find(key) is not one or world.origins.get(key) != origin)
        and hidden.get(key) != (one, origin)
    ]
    return changed_world(world, (world.origins.keys() | hidden.keys()) - now.keys(), added)


@dataclass(frozen=True, slots=True)
class _Making:
    """What a table is made from: the world before, its objects now, and their difference."""

    former: World
    objects: Objects
    difference: Difference


@dataclass(frozen=True, slots=True)
class _Table:
    """A field of a world that is made from the objects of some kinds only."""

    name: str
    kinds: tuple[type[MeshObject], ...]
    make: Callable[[_Making], object]


def _registry(making: _Making) -> Registry:
    gone, new = making.difference.gone.values(), making.difference.new.values()
    return changed_registry(making.former.registry, gone, new)


def _rules(making: _Making) -> tuple[RouteRules, ...]:
    mesh, former = making.former.settings, making.former.rules
    everything = making.objects.of(VirtualService)
    gone, new = making.difference.of(VirtualService)
    return changed_route_rules(
        former,
        Roots(everything, making.former.domain, mesh.default_virtual_service_export_to),
        gone,
        new,
    )


def _policies(making: _Making) -> Policies:
    gone, new = making.difference.of(DestinationRule)
    return changed_policies(making.former.policies, gone.values(), new.values())


def _node_bound(making: _Making) -> bool:
    """Look at what came, and at everything only where what went may have been the last one."""
    gone, new = making.difference.of(Service)
    if any(map(_by_node, new.values())):
        return True
    if not making.former.node_bound or not any(map(_by_node, gone.values())):
        return making.former.node_bound
    return any(map(_by_node, making.objects.of(Service).values()))


def _by_node(service: Service) -> bool:
    return nearness_of(service) in (Nearness.NODE, Nearness.NODE_ONLY)


def _gateways(making: _Making) -> tuple[Gateway, ...]:
    return tuple(sorted(making.objects.of(Gateway).values(), key=age))


def _by_namespace(kind: type[_Kind]) -> Callable[[_Making], Mapping[str, tuple[_Kind, ...]]]:
    """Return what makes a table of a kind by namespace, the oldest first."""

    def made(making: _Making) -> Mapping[str, tuple[_Kind, ...]]:
        found: dict[str, list[_Kind]] = {}
        for one in sorted(making.objects.of(kind).values(), key=age):
            found.setdefault(one.namespace, []).append(one)
        return {namespace: tuple(members) for namespace, members in found.items()}

    return made


def _attached(making: _Making) -> Attachments:
    return attachments(one for kind in ATTACHED for one in making.objects.of(kind).values())


def _credentials(making: _Making) -> Credentials:
    of = making.objects.of
    return credentials(of(Secret).values(), of(SealedSecret).values())


_TABLES = (
    _Table("registry", REGISTRY_KINDS, _registry),
    _Table("rules", (VirtualService,), _rules),
    _Table("policies", (DestinationRule,), _policies),
    _Table("gateways", (Gateway,), _gateways),
    _Table("sidecars", (Sidecar,), _by_namespace(Sidecar)),
    _Table("attached", ATTACHED, _attached),
    _Table("credentials", (Secret, SealedSecret), _credentials),
    _Table("peers", (PeerAuthentication,), _by_namespace(PeerAuthentication)),
    _Table("authorizations", (AuthorizationPolicy,), _by_namespace(AuthorizationPolicy)),
    _Table("authentications", (RequestAuthentication,), _by_namespace(RequestAuthentication)),
    _Table("node_bound", (Service,), _node_bound),
)
"""Every field that objects make. One that is new here is made again when its kinds change."""


def kinds_read() -> frozenset[type[MeshObject]]:
    """Return every kind of object that a world is made of."""
    return frozenset(kind for table in _TABLES for kind in table.kinds)
