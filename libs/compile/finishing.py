"""What objects that attach to proxies add to a compiled view, in the order in which they do."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile import security
from libs.compile.authorization import Filters
from libs.compile.dressing import Manager, Spot, TcpProxy, dressed, side_of
from libs.compile.httpfilters import before_router
from libs.compile.ledger import Ledger
from libs.compile.memo import Change
from libs.compile.observing import Observed, observed, watches
from libs.compile.parts import Built, Part, built, folded, joined, message_of, part, without
from libs.compile.patchclusters import Hosts
from libs.compile.patches import Patch, filters_for, patches_for
from libs.compile.patching import Patched, Patching, added, patched
from libs.compile.plugins import Plugin, add_http, add_network, plugins_for
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.ratelimits import PortLimits, limits_for
from libs.compile.security import guard_bytes, guarded, stand_first
from libs.compile.shaping import Shape, shape_of
from libs.compile.view import View, group, made_table, node
from libs.compile.world import World
from libs.envoy import dns, names
from libs.envoy.hcm import Side
from libs.envoy.messages import name_of
from libs.kernel import xds
from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.origins import ObjectKey
from libs.kernel.xds import Resource
from libs.meshapi.envoyfilter import ApplyTo

_LISTENERS: Final = frozenset({xds.LISTENER})
_ROUTES: Final = frozenset({xds.LISTENER, xds.ROUTE})
_PATCHED: Final[Mapping[ApplyTo, frozenset[TypeUrl]]] = {
    "CLUSTER": frozenset({xds.CLUSTER}),
    "ROUTE_CONFIGURATION": _ROUTES,
    "VIRTUAL_HOST": _ROUTES,
    "HTTP_ROUTE": _ROUTES,
    "BOOTSTRAP": frozenset(),
}
"""What a patch of a part may change; of all others it is listeners."""


def touched(world: World, proxy: Proxy) -> frozenset[TypeUrl]:
    """Return the types of resources that attached objects may change; the others are left alone."""
    if proxy.type is ProxyType.GRPC:
        return frozenset()
    attached, root = world.attached, world.settings.root_namespace
    kinds: set[TypeUrl] = set(shape_of(world.settings, proxy).kinds)
    for one in filters_for(attached.envoy_filters, proxy, root):
        for patch in one.spec.config_patches:
            kinds |= _PATCHED.get(patch.apply_to, _LISTENERS)
    added = (*attached.rate_limits, *attached.wasm_plugins, *attached.traffic_extensions)
    if (
        guarded(world, proxy)
        or watches(world)
        or any(one.namespace in (root, proxy.namespace) for one in added)
    ):
        kinds |= _LISTENERS
    return frozenset(kinds)


def finished(view: View, whole: Part) -> Part:
    """Return the view with everything attached; a gRPC client has no place for any of it.

    Resources are finished one by one. Types that nothing may touch stay as they are. Raises
    PatchError for a patch whose value is none of Envoy's.
    """
    kinds = touched(view.world, view.proxy)
    if not kinds:
        return whole
    attached = made_table(view, "view.attached", _attached(view, kinds))
    parts = [without(whole, kinds)]
    for kind in sorted(kinds):
        parts.append(_finished_kind(view, kind, whole.resources.get(kind, {}), attached))
        parts.append(part(_added(view, kind, attached[kind])))
    return joined(parts)


def _finished_kind(
    view: View,
    kind: TypeUrl,
    resources: Mapping[ResourceName, Resource],
    attached: "Mapping[TypeUrl, _Attached]",
) -> Part:
    def build(view: View, one: Resource) -> Built | None:
        return _finished_one(view, one, attached[kind])

    return group(view, ("finished", kind), resources, build, _those_left)


def _finished_one(view: View, one: Resource, attached: "_Attached") -> Built | None:
    """Return a resource with what attaches to it, None where a patch removes it."""
    message = message_of(one)
    if one.type_url in attached.shape.kinds:
        message = attached.shape.on(message, view.proxy)
    if isinstance(message, listener_pb2.Listener) and attached.extras is not None:
        message = attached.extras.on(message, view.proxy, view.ledger)
    return _built(view, one.type_url, patched(message, attached.patching, view.proxy), one)


def _added(view: View, kind: TypeUrl, attached: "_Attached") -> Iterator[Built]:
    for one in added(attached.patching, view.proxy):
        found = _built(view, kind, one, None)
        if found is not None:
            yield found


def _built(view: View, kind: TypeUrl, one: Patched, former: Resource | None) -> Built | None:
    if one.message is None:
        return None
    name = name_of(one.message)
    view.ledger.credit(kind, name, *one.owners)
    new = built(kind, name, one.message)
    return Built(former, new.claims) if former == new.resource else new


def _those_left(
    members: Mapping[ResourceName, Built | None], change: Change[Built | None, Part] | None
) -> Part:
    """Put together what no patch removes."""
    there = {name: one for name, one in members.items() if one is not None}
    if change is None:
        return part(there.values())
    before = {name: one for name, one in change.members.items() if one is not None}
    names = [name for name in change.names if name in there or name in before]
    return folded(there, Change(change.folded, before, names))


@node(lambda _: None)
def _attached(view: View, kinds: frozenset[TypeUrl]) -> "Mapping[TypeUrl, _Attached]":
    patches, hosts = _patches(view), _own_hosts(view)
    extras, shape = _extras(view), shape_of(view.world.settings, view.proxy)

    def of(kind: TypeUrl) -> _Attached:
        own = (
            tuple([one for one in each if kind in _PATCHED.get(one.apply_to, _LISTENERS)])
            for each in patches
        )
        patching = Patching(tuple(filter(None, own)), hosts)
        return _Attached(shape, extras if kind == xds.LISTENER else None, patching)

    return {kind: of(kind) for kind in kinds}


@node(lambda: None)
def _patches(view: View) -> tuple[tuple[Patch, ...], ...]:
    root = view.world.settings.root_namespace
    return patches_for(view.world.attached.envoy_filters, view.proxy, root)


@node(lambda: None)
def _own_hosts(view: View) -> Hosts:
    """Return which services the workload's own clusters are of, by their names."""
    found: dict[str, frozenset[str]] = {}
    proxy = view.proxy
    for one in view.world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels):
        name = names.inbound_cluster(one.number)
        found[name] = found.get(name, frozenset()) | {one.service.hostname}
    return found


@node(lambda: None)
def _extras(view: View) -> "_Extras | None":
    """Return what listeners get; None where that is nothing."""
    world, proxy, ledger = view.world, view.proxy, view.ledger
    root, attached = world.settings.root_namespace, world.attached
    sides = Side if watches(world) else ()
    found = _Extras(
        limits_for(attached.rate_limits, proxy, root, world.registry),
        plugins_for(attached, proxy, root, ledger),
        {side: observed(world, proxy, side, ledger) for side in sides},
        security.filters_for(world, proxy, ledger),
    )
    return None if found.idle else found


@dataclass(frozen=True, slots=True)
class _Attached:
    """What attaches to the resources of one type."""

    shape: Shape
    extras: "_Extras | None"
    patching: Patching


@dataclass(frozen=True, slots=True)
class _Extras:
    """What the filters of a proxy's listeners get."""

    limits: tuple[PortLimits, ...]
    plugins: tuple[Plugin, ...]
    observed: Mapping[Side, Observed]
    guards: Filters

    @property
    def idle(self) -> bool:
        """Whether nothing gets anything."""
        return not (self.limits or self.plugins or self.observed or self.guards.keys)

    def on(
        self, listener: listener_pb2.Listener, proxy: Proxy, ledger: Ledger
    ) -> listener_pb2.Listener:
        """Return a listener with all of it; what made a difference is credited."""
        users: list[ObjectKey] = []

        def dress(found: Manager | TcpProxy, spot: Spot) -> bool:
            before = len(users)
            if isinstance(found, Manager):
                if spot.side is not Side.OUTBOUND and stand_first(found, self.guards):
                    users.extend(self.guards.keys)
                users.extend((*self._limited(found, spot), *add_http(found, self.plugins, spot)))
            watched = self.observed.get(spot.side)
            changed = watched.add(found) if watched else False
            users.extend(watched.keys if watched and changed else ())
            return changed or len(users) > before

        def dress_chain(chain: lc.FilterChain, spot: Spot) -> bool:
            held = spot.side is not Side.OUTBOUND and guard_bytes(chain, self.guards)
            mine = add_network(chain, self.plugins, spot)
            users.extend((*mine, *(self.guards.keys if held else ())))
            return held or bool(mine)

        result = self._logged(dressed(listener, proxy, dress, dress_chain), proxy, users)
        ledger.credit(xds.LISTENER, listener.name, *users)
        return result

    def _logged(
        self, listener: listener_pb2.Listener, proxy: Proxy, users: list[ObjectKey]
    ) -> listener_pb2.Listener:
        """Return a listener that logs what none of its chains takes."""
        watched = self.observed.get(side_of(listener, proxy))
        if watched is None or not watched.unmatched_logs or dns.is_udp(listener):
            return listener
        result = listener_pb2.Listener()
        result.CopyFrom(listener)
        result.access_log.extend(watched.unmatched_logs)
        users.extend(watched.keys)
        return result

    def _limited(self, manager: Manager, spot: Spot) -> list[ObjectKey]:
        if spot.side is Side.OUTBOUND:
            return []
        mine = [one for one in self.limits if one.ports is None or spot.port in one.ports]
        before_router(manager, [each for limit in mine for each in limit.filters])
        return [one.key for one in mine]
