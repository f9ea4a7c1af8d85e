"""What objects that attach to proxies add to a compiled view, in the order in which they do."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.config.listener.v3 import listener_pb2

from libs.compile.dressing import Manager, Spot, TcpProxy, dressed
from libs.compile.httpfilters import before_router
from libs.compile.ledger import Ledger
from libs.compile.observing import Observed, observed, watches
from libs.compile.patchclusters import Hosts
from libs.compile.patches import filters_for, patches_for
from libs.compile.patching import patched
from libs.compile.plugins import Plugin, add_http, add_network, plugins_for
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.ratelimits import PortLimits, limits_for
from libs.compile.world import World
from libs.envoy import names
from libs.envoy.hcm import Side
from libs.envoy.messages import Messages
from libs.kernel import xds
from libs.kernel.ids import TypeUrl
from libs.kernel.origins import ObjectKey
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
    kinds: set[TypeUrl] = set()
    for one in filters_for(attached.envoy_filters, proxy, root):
        for patch in one.spec.config_patches:
            kinds |= _PATCHED.get(patch.apply_to, _LISTENERS)
    added = (*attached.rate_limits, *attached.wasm_plugins, *attached.traffic_extensions)
    if watches(world) or any(one.namespace in (root, proxy.namespace) for one in added):
        kinds |= _LISTENERS
    return frozenset(kinds)


def finished(world: World, proxy: Proxy, messages: Messages, ledger: Ledger) -> Messages:
    """Return the view with everything attached; a gRPC client has no place for any of it.

    `messages` has the resources of touched types only.
    """
    if proxy.type is ProxyType.GRPC:
        return messages
    extras = _extras(world, proxy, ledger)
    result = replace(
        messages,
        listeners=tuple(extras.on(one, proxy, ledger) for one in messages.listeners),
    )
    root = world.settings.root_namespace
    for patches in patches_for(world.attached.envoy_filters, proxy, root):
        result = patched(result, patches, proxy, ledger, _own_hosts(world, proxy))
    return result


def _own_hosts(world: World, proxy: Proxy) -> Hosts:
    """Return which services the workload's own clusters are of, by their names."""
    found: dict[str, frozenset[str]] = {}
    for one in world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels):
        name = names.inbound_cluster(one.number)
        found[name] = found.get(name, frozenset()) | {one.service.hostname}
    return found


def _extras(world: World, proxy: Proxy, ledger: Ledger) -> "_Extras":
    root, attached = world.settings.root_namespace, world.attached
    return _Extras(
        limits_for(attached.rate_limits, proxy, root, world.registry),
        plugins_for(attached, proxy, root, ledger),
        {side: observed(world, proxy, side, ledger) for side in Side} if watches(world) else {},
    )


@dataclass(frozen=True, slots=True)
class _Extras:
    """What the filters of a proxy's listeners get."""

    limits: tuple[PortLimits, ...]
    plugins: tuple[Plugin, ...]
    observed: Mapping[Side, Observed]

    def on(
        self, listener: listener_pb2.Listener, proxy: Proxy, ledger: Ledger
    ) -> listener_pb2.Listener:
        """Return a listener with all of it; what made a difference is credited."""
        if not (self.limits or self.plugins or self.observed):
            return listener
        users: list[ObjectKey] = []

        def dress(found: Manager | TcpProxy, spot: Spot) -> bool:
            before = len(users)
            if isinstance(found, Manager):
                users.extend((*self._limited(found, spot), *add_http(found, self.plugins, spot)))
            watched = self.observed.get(spot.side)
            changed = watched.add(found) if watched else False
            users.extend(watched.keys if watched and changed else ())
            return changed or len(users) > before

        def dress_chain(chain: lc.FilterChain, spot: Spot) -> bool:
            mine = add_network(chain, self.plugins, spot)
            users.extend(mine)
            return bool(mine)

        result = dressed(listener, proxy, dress, dress_chain)
        ledger.credit(xds.LISTENER, listener.name, *users)
        return result

    def _limited(self, manager: Manager, spot: Spot) -> list[ObjectKey]:
        if spot.side is Side.OUTBOUND:
            return []
        mine = [one for one in self.limits if one.ports is None or spot.port in one.ports]
        before_router(manager, [each for limit in mine for each in limit.filters])
        return [one.key for one in mine]
