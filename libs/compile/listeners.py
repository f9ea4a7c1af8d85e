"""A sidecar's outbound listeners, and the route configurations that they name."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile.dnsnames import answers_names, name_listener
from libs.compile.httpproxy import proxy_listener, proxy_port, proxy_routes
from libs.compile.outbound import Wanted, http_routes
from libs.compile.parts import Built, Part, built, folded, joined, part
from libs.compile.rules import RouteRules
from libs.compile.scope import Egress, Scope
from libs.compile.serviceaddresses import (
    Allocated,
    Placed,
    addresses_of,
    allocations,
    places_of,
)
from libs.compile.slots import LOOPBACK, WILDCARD, Slot, listener_of
from libs.compile.streamlisteners import ServiceStreams, service_streams
from libs.compile.target import Outbound
from libs.compile.view import View, group, node
from libs.envoy import listener, names, tcpproxy
from libs.envoy.address import UNIX_PREFIX, address, socket, text_of
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.registry.protocols import stated_protocol
from libs.registry.service import Protocol, Service, ServicePort

_PORT = 15001


@dataclass(slots=True)
class Outlets:
    """Listeners by address, the first at each; route configurations and secrets by name.

    `crossing` are clusters that only these listeners use, by name.
    """

    listeners: dict[str, listener_pb2.Listener] = field(default_factory=dict)
    routes: dict[str, Built] = field(default_factory=dict)
    secrets: dict[str, secret_pb2.Secret] = field(default_factory=dict)
    crossing: dict[str, Outbound] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Asked:
    """Routes that a listener names: for services, by the rules of the egress at a place."""

    at: int
    services: tuple[Service, ...]
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class _Layout:
    """Listeners, and by name the routes that they wait for."""

    listeners: Part
    routes: Mapping[str, _Asked]


@dataclass(slots=True)
class _Laying:
    """A layout in the making: slots by bind address and port, in the order in which they came.

    `rest` is the cluster for what nobody declared. `allocated` are addresses of services that have
    none of their own, `taken` ports that only the listeners which state them have.
    """

    view: View
    scope: Scope
    rest: str
    allocated: Allocated
    taken: frozenset[int]
    slots: dict[tuple[str, int], Slot] = field(default_factory=dict)
    routes: dict[str, _Asked] = field(default_factory=dict)


def outbound_outlets(view: View, scope: Scope) -> Part:
    """Return everything that the workload's own calls go through."""
    rest = undeclared(view, scope)
    layout = _laid_out(view, _without_requests(scope), rest)
    routes = {
        name: http_routes(view, Egress(None, one.services, scope.egress[one.at].rules), one.wanted)
        for name, one in layout.routes.items()
    }
    proxied = _proxied(view, scope, rest, layout, routes)
    named = [name_listener(view, scope.services)] if answers_names(view.proxy) else []
    return joined([layout.listeners, part((*routes.values(), *proxied, *named))])


def _proxied(
    view: View, scope: Scope, rest: str, layout: _Layout, routes: Mapping[str, Built]
) -> Iterator[Built]:
    """Yield the routes of the port at which workloads use a proxy: those of the default egress."""
    if not proxy_port(view.world, view.proxy):
        return
    everything = [at for at, one in enumerate(scope.egress) if not _states_port(one)][:1]
    ports = (
        (one.wanted, routes[name]) for name, one in layout.routes.items() if one.at in everything
    )
    yield proxy_routes(view, tuple(ports), _by_name(scope, rest))


def _states_port(egress: Egress) -> bool:
    return egress.listener is not None and egress.listener.port is not None


def _without_requests(scope: Scope) -> Scope:
    """Leave out the rules that are for requests only: no listener depends on them."""

    def narrowed(rules: Iterable[RouteRules]) -> tuple[RouteRules, ...]:
        return tuple([one for one in rules if one.tls or one.tcp])

    egress = (replace(one, rules=narrowed(one.rules)) for one in scope.egress)
    return replace(scope, egress=tuple(egress))


@node(lambda *_: None)
def _laid_out(view: View, scope: Scope, rest: str) -> _Layout:
    """Lay listeners out; those with a stated port come first and keep that port to themselves."""
    stated = {
        at: one.listener.port.number
        for at, one in enumerate(scope.egress)
        if one.listener and one.listener.port
    }
    laying = _Laying(view, scope, rest, allocations(view), frozenset(stated.values()))
    for at in stated:
        _stated(laying, at)
    for at in range(len(scope.egress)):
        if at not in stated:
            _every_port(laying, at)
    return _Layout(_listeners(laying), laying.routes)


def _listeners(laying: _Laying) -> Part:
    """Keep the first listener of an address; Envoy takes no second one."""
    view, rest = laying.view, laying.rest
    known: dict[str, str] = {}
    kept = {
        where: slot
        for where, slot in laying.slots.items()
        if _is_free(view, known, text_of(address(*where)), slot.name, slot.sources)
    }
    own = group(
        view, ("listeners", rest), kept, lambda view, slot: _listener(view, slot, rest), folded
    )
    virtual = _virtual_outbound(rest, view.world.settings.proxy_listen_port or _PORT)
    further = [virtual] if view.proxy.intercepts else []
    port = proxy_port(view.world, view.proxy)
    further += [proxy_listener(port, by_name=laying.scope.looks_up)] if port else []
    free = [one for one in further if _is_free(view, known, text_of(one.address), one.name, ())]
    if not free:
        return own
    return joined([own, part(built(xds.LISTENER, one.name, one) for one in free)])


def _listener(view: View, slot: Slot, rest: str) -> Built:
    view.ledger.credit(xds.LISTENER, slot.name, *slot.sources)
    return built(xds.LISTENER, slot.name, listener_of(slot, rest))


def _is_free(
    view: View, known: dict[str, str], at: str, name: str, keys: Iterable[ObjectKey]
) -> bool:
    """Say whether no listener has an address yet, and note that one has it now."""
    if at in known:
        of = ", ".join(map(str, keys)) or "the mesh"
        view.ledger.problem(
            f"listener {name} of {of} is left out: {known[at]} has its address {at}"
        )
        return False
    known[at] = name
    return True


def _stated(laying: _Laying, at: int) -> None:
    """Fill the one address of an egress listener with a port."""
    egress = laying.scope.egress[at]
    stated = egress.listener
    if stated is None or stated.port is None:
        return
    port, bind = stated.port.number, stated.bind or _bind(laying.view, egress)
    if stated_protocol(stated.port.name, stated.port.protocol).is_http:
        _http(laying, at, _slot(laying, egress, (bind, port)))
        return
    where = Placed(bind, shared=True)
    for service in egress.services:
        _stream(laying, at, (service, service.ports[0]), where)


def _every_port(laying: _Laying, at: int) -> None:
    """Fill the addresses of each port that the services have and nobody has stated."""
    view, egress = laying.view, laying.scope.egress[at]
    bound = egress.listener.bind if egress.listener else ""
    bind = bound or _bind(view, egress)
    ports = [(one, port) for one in egress.services for port in one.ports]
    free = [(one, port) for one, port in ports if port.number not in laying.taken]
    shared = {port.number for one, port in free if _shares_routes(laying, egress, (one, port))}
    for number in sorted(shared):
        _http(laying, at, _slot(laying, egress, (bind, number)))
    everywhere = bool(bound) or _binds(view, egress)
    for service, port in free:
        if port.protocol.is_http or port.protocol is Protocol.UDP:
            continue
        here = Placed(bind, shared=True)
        for one in [here] if everywhere else places_of(view, service, laying.allocated):
            where = here if one == Placed(WILDCARD, shared=True) else one
            if port.protocol is Protocol.AUTO:
                slot = _slot(laying, egress, (where.bind, port.number))
                _guess(laying, at, slot, (service, port))
            _stream(laying, at, (service, port), where)


def _stream(laying: _Laying, at: int, target: tuple[Service, ServicePort], where: Placed) -> None:
    """Add the streams of a service's port; of two for the same connections the first counts."""
    (service, port), egress = target, laying.scope.egress[at]
    slot = _slot(laying, egress, (where.bind, port.number))
    found = _streams(laying.view, egress.rules, service, port, shared=where.shared)
    slot.sources.update(dict.fromkeys(found.sources))
    for one in found.streams:
        stream = one if one.subnets else replace(one, subnets=where.networks)
        if slot.add(stream, service.origin) not in (None, service.origin):
            laying.view.ledger.problem(
                f"{service.origin}: port {port.number} has the address of another service; "
                "its connections go there"
            )


@node(lambda _, service, port, *, shared: (service.hostname, port.number, shared))
def _streams(
    view: View,
    rules: tuple[RouteRules, ...],
    service: Service,
    port: ServicePort,
    *,
    shared: bool,
) -> ServiceStreams:
    return service_streams(view, rules, service, port, shared=shared)


def _shares_routes(laying: _Laying, egress: Egress, target: tuple[Service, ServicePort]) -> bool:
    """Say whether a port's requests are routed by host, with those of all others on the port.

    A port of unknown protocol has its own listener where the service has an address.
    """
    service, port = target
    if port.protocol is not Protocol.AUTO:
        return port.protocol.is_http
    own = addresses_of(service, laying.allocated)
    bound = egress.listener.bind if egress.listener else ""
    return bool(bound) or _binds(laying.view, egress) or not own


def _slot(laying: _Laying, egress: Egress, where: tuple[str, int]) -> Slot:
    binds, by_name = _binds(laying.view, egress), laying.scope.looks_up
    return laying.slots.setdefault(where, Slot(*where, binds=binds, by_name=by_name))


def _guess(laying: _Laying, at: int, slot: Slot, target: tuple[Service, ServicePort]) -> None:
    """Let a port of unknown protocol read requests: in shared routes, or in routes of its own."""
    service, port = target
    slot.guessed = True
    if slot.routes:
        return
    slot.routes = names.virtual_host(service.hostname, port.number)
    wanted = Wanted(port.number, slot.routes, alone=True)
    laying.routes.setdefault(slot.routes, _Asked(at, (service,), wanted))


def _http(laying: _Laying, at: int, slot: Slot) -> None:
    """Let a slot read requests, with the routes of its port."""
    view, egress = laying.view, laying.scope.egress[at]
    name = slot.bind if slot.bind.startswith(UNIX_PREFIX) else str(slot.port)
    if name in laying.routes:
        view.ledger.problem(
            f"two HTTP egress listeners of {view.proxy.namespace} are for port {slot.port}; "
            "both serve the hosts of the first"
        )
    else:
        wanted = Wanted(slot.port, name, _by_name(laying.scope, laying.rest))
        laying.routes[name] = _Asked(at, egress.services, wanted)
    slot.routes = slot.routes or name
    slot.sources.update(dict.fromkeys(_keys(laying.scope, egress.services, slot.port)))


def undeclared(view: View, scope: Scope) -> str:
    """Return the cluster for calls to what nobody declared."""
    if not scope.allow_any:
        return names.BLACK_HOLE
    proxy = scope.egress_proxy
    if proxy and proxy not in view.outbound:
        view.ledger.problem(
            f"{scope.sidecar.key if scope.sidecar else 'the mesh'}: no cluster {proxy} for "
            "`egressProxy`; calls to what nobody declared are ended"
        )
        return names.BLACK_HOLE
    return proxy or names.PASSTHROUGH


def _by_name(scope: Scope, rest: str) -> str:
    """Return the cluster for requests to hosts that nobody declared: they name themselves."""
    return names.ALLOW_ANY_BY_NAME if scope.by_name and rest == names.PASSTHROUGH else rest


def _virtual_outbound(target: str, port: int) -> listener_pb2.Listener:
    """Return the listener that redirected calls arrive at; its own port is nobody's to call."""
    chains = [
        listener.chain(
            [tcpproxy.tcp_proxy(names.BLACK_HOLE)],
            name="virtualOutbound-blackhole",
            destination_port=port,
        ),
        listener.chain([tcpproxy.tcp_proxy(target)], name="virtualOutbound-catchall-tcp"),
    ]
    return listener.intercepting(
        names.VIRTUAL_OUTBOUND,
        socket(WILDCARD, port),
        chains,
        listener.OUTBOUND,
        hand_off=True,
    )


def _bind(view: View, egress: Egress) -> str:
    return LOOPBACK if _binds(view, egress) else WILDCARD


def _binds(view: View, egress: Egress) -> bool:
    """Say whether a listener opens its port itself: nothing is redirected to it."""
    mode = egress.listener.capture_mode if egress.listener else "DEFAULT"
    return mode == "NONE" or (mode == "DEFAULT" and not view.proxy.intercepts)


def _keys(scope: Scope, services: Iterable[Service], port: int) -> Iterator[ObjectKey]:
    if scope.sidecar is not None:
        yield scope.sidecar.key
    for service in services:
        if service.port(port) is not None:
            yield service.origin
