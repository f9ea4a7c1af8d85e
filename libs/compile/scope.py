"""What one sidecar knows: by the Sidecar object that applies, or everything without one."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import chain

from libs.compile.hosts import fqdn, overlap
from libs.compile.merging import merged_by_host, merges
from libs.compile.proxy import Proxy
from libs.compile.rules import RouteRules, rules_for
from libs.compile.world import World
from libs.envoy import names
from libs.meshapi.sidecar import EgressListener, IngressListener, Sidecar
from libs.meshapi.virtualservice import MESH_GATEWAY
from libs.registry.exports import sees
from libs.registry.hostnames import ANY, covers
from libs.registry.labels import wears
from libs.registry.service import Resolution, Service

_SAME_NAMESPACE = "."
_NOWHERE = "~"
_BY_NAME = "ALLOW_ANY_DYNAMIC_DNS"


@dataclass(frozen=True, slots=True)
class Egress:
    """What one egress listener offers. `listener` is None for the default of everything."""

    listener: EgressListener | None
    services: tuple[Service, ...]
    rules: tuple[RouteRules, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """What a proxy may reach. `services` are those of all listeners and of their rules' routes.

    `egress_proxy` is the cluster for calls to what nobody declared; without one they go as they
    came, or with `by_name` requests go to the address of the host that they name. `looks_up` says
    that any host is looked up so, be it declared or not.
    """

    sidecar: Sidecar | None
    egress: tuple[Egress, ...]
    ingress: tuple[IngressListener, ...]
    services: tuple[Service, ...]
    allow_any: bool
    egress_proxy: str = ""
    by_name: bool = False
    looks_up: bool = False


def scope_of(world: World, proxy: Proxy, services: tuple[Service, ...]) -> Scope:
    """Return what of the visible services the Sidecar that applies to `proxy` lets it see."""
    sidecar = select_sidecar(world, proxy)
    visible = rules_for(world.rules, proxy.namespace)
    rules = tuple([one for one in visible if MESH_GATEWAY in one.gateways])
    if merges(world.settings):
        rules = merged_by_host(rules, world.domain)
    listeners = sidecar.spec.egress if sidecar else ()
    egress = tuple(_egress(services, proxy.namespace, one, rules) for one in listeners)
    if not egress:
        egress = (Egress(None, services, rules),)
    reachable = _reachable(services, egress) if listeners else services
    by_name = _outbound_mode(world, sidecar) == _BY_NAME
    return Scope(
        sidecar=sidecar,
        egress=egress,
        ingress=sidecar.spec.ingress if sidecar else (),
        services=reachable,
        allow_any=_outbound_mode(world, sidecar) != "REGISTRY_ONLY",
        egress_proxy=_egress_proxy(world, sidecar),
        by_name=by_name,
        looks_up=by_name or any(one.resolution is Resolution.DYNAMIC_DNS for one in reachable),
    )


def visible_services(world: World, namespace: str) -> tuple[Service, ...]:
    """Return the services that are exported to `namespace`, in the order of names."""
    everything = world.registry.services.values()
    return tuple([one for one in everything if sees(one.exported_to, namespace)])


def select_sidecar(world: World, proxy: Proxy) -> Sidecar | None:
    """Return the Sidecar of a proxy.

    One whose selector fits beats the one for the whole namespace, which beats the mesh's own.
    """
    own = world.sidecars.get(proxy.namespace, ())
    root = world.sidecars.get(world.settings.root_namespace, ())
    fitting = (one for one in own if _selects(one, proxy))
    general = (one for one in (*own, *root) if one.spec.workload_selector is None)
    return next(chain(fitting, general), None)


def _selects(sidecar: Sidecar, proxy: Proxy) -> bool:
    selector = sidecar.spec.workload_selector
    return selector is not None and wears(proxy.labels, selector.labels)


def _egress_proxy(world: World, sidecar: Sidecar | None) -> str:
    own = sidecar.spec.outbound_traffic_policy if sidecar else None
    proxy = own.egress_proxy if own else None
    if sidecar is None or proxy is None:
        return ""
    host = fqdn(proxy.host, sidecar.namespace, world.domain)
    port = proxy.port.number if proxy.port else 0
    return names.outbound_cluster(host, port, proxy.subset)


def _outbound_mode(world: World, sidecar: Sidecar | None) -> str:
    own = sidecar.spec.outbound_traffic_policy if sidecar else None
    return (own or world.settings.outbound_traffic_policy).mode


def _egress(
    visible: Iterable[Service],
    namespace: str,
    listener: EgressListener,
    rules: Iterable[RouteRules],
) -> Egress:
    """Import services and rules by `namespace/host`; a stated port leaves only that port."""
    imports = tuple(_parse_import(text, namespace) for text in listener.hosts)
    services = tuple(
        one
        for one in visible
        if any(_in(one.namespace, where) and covers(host, one.hostname) for where, host in imports)
    )
    return Egress(
        listener,
        tuple(_restricted(services, listener)),
        tuple(one for one in rules if _imported(one, imports)),
    )


def _parse_import(text: str, namespace: str) -> tuple[str, str]:
    where, _, host = text.rpartition("/")
    return (namespace if where == _SAME_NAMESPACE else where or ANY), host.lower()


def _in(namespace: str, where: str) -> bool:
    return where != _NOWHERE and where in (ANY, namespace)


def _imported(rules: RouteRules, imports: Iterable[tuple[str, str]]) -> bool:
    return any(
        _in(rules.namespace, where) and any(overlap(pattern, host) for host in rules.hosts)
        for where, pattern in imports
    )


def _restricted(services: Iterable[Service], listener: EgressListener) -> Iterable[Service]:
    if listener.port is None:
        yield from services
        return
    for service in services:
        port = service.port(listener.port.number)
        if port is not None:
            yield replace(service, ports=(port,))


def _reachable(visible: Iterable[Service], egress: Iterable[Egress]) -> tuple[Service, ...]:
    """Add to the imported services those that imported rules route to."""
    names = {service.hostname for one in egress for service in one.services}
    for one in egress:
        for rules in one.rules:
            names |= rules.destinations
    return tuple([one for one in visible if one.hostname in names])
