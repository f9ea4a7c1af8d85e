"""A sidecar's outbound listeners, and the route configurations that they name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace

from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile.outbound import http_routes, own_routes, undeclared_hosts
from libs.compile.parts import Built
from libs.compile.scope import Egress, Scope
from libs.compile.serviceaddresses import (
    Allocated,
    Placed,
    addresses_of,
    allocations,
    places_of,
)
from libs.compile.slots import WILDCARD, Slot, listener_of
from libs.compile.streamlisteners import service_streams
from libs.compile.target import Outbound
from libs.compile.view import View
from libs.envoy import listener, names, tcpproxy
from libs.envoy.address import UNIX_PREFIX, socket, text_of
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.registry.protocols import stated_protocol
from libs.registry.service import Protocol, Service, ServicePort

LOOPBACK = "127.0.0.1"
OUTBOUND_PORT = 15001
Slots = dict[tuple[str, int], Slot]
"""By bind address and port, in the order in which they came."""


@dataclass(slots=True)
class Outlets:
    """Listeners by address, the first at each; route configurations and secrets by name.

    `crossing` are clusters that only these listeners use, by name. `allocated` are addresses of
    services that have none of their own.
    """

    listeners: dict[str, listener_pb2.Listener] = field(default_factory=dict)
    routes: dict[str, Built] = field(default_factory=dict)
    secrets: dict[str, secret_pb2.Secret] = field(default_factory=dict)
    crossing: dict[str, Outbound] = field(default_factory=dict)
    allocated: Allocated = field(default_factory=dict)


def outbound_outlets(view: View, scope: Scope) -> Outlets:
    """Return everything that the workload's own calls go through.

    Listeners with a stated port come first and keep that port to themselves.
    """
    outlets = Outlets(allocated=allocations(view))
    slots: dict[tuple[str, int], Slot] = {}
    stated = [one for one in scope.egress if one.listener and one.listener.port]
    for egress in stated:
        _stated(view, scope, egress, outlets, slots)
    taken = {one.listener.port.number for one in stated if one.listener and one.listener.port}
    for egress in scope.egress:
        if egress.listener is None or egress.listener.port is None:
            _every_port(view, scope, egress, outlets, (slots, taken))
    rest = undeclared(view, scope)
    for slot in slots.values():
        _add(view, outlets, listener_of(slot, rest), *slot.sources)
    if view.proxy.intercepts:
        _add(view, outlets, _virtual_outbound(rest))
    return outlets


def _stated(view: View, scope: Scope, egress: Egress, outlets: Outlets, slots: Slots) -> None:
    """Fill the one address of an egress listener with a port."""
    stated = egress.listener
    if stated is None or stated.port is None:
        return
    port, bind = stated.port.number, stated.bind or _bind(view, egress)
    if stated_protocol(stated.port.name, stated.port.protocol).is_http:
        _http(view, scope, egress, outlets, _slot(view, egress, slots, (bind, port)))
        return
    at = Placed(bind, shared=True)
    for service in egress.services:
        _stream(view, egress, slots, (service, service.ports[0]), at)


def _every_port(
    view: View,
    scope: Scope,
    egress: Egress,
    outlets: Outlets,
    where: tuple[Slots, set[int]],
) -> None:
    """Fill the addresses of each port that the services have and nobody has stated (`where`)."""
    slots, taken = where
    given = outlets.allocated
    bound = egress.listener.bind if egress.listener else ""
    bind = bound or _bind(view, egress)
    ports = [(one, port) for one in egress.services for port in one.ports]
    free = [(one, port) for one, port in ports if port.number not in taken]
    shared = {port.number for one, port in free if _shares_routes(view, egress, given, (one, port))}
    for number in sorted(shared):
        _http(view, scope, egress, outlets, _slot(view, egress, slots, (bind, number)))
    everywhere = bool(bound) or _binds(view, egress)
    for service, port in free:
        if port.protocol.is_http or port.protocol is Protocol.UDP:
            continue
        here = Placed(bind, shared=True)
        for one in [here] if everywhere else places_of(view, service, given):
            at = here if one == Placed(WILDCARD, shared=True) else one
            if port.protocol is Protocol.AUTO:
                slot = _slot(view, egress, slots, (at.bind, port.number))
                _guess(view, egress, outlets, slot, (service, port))
            _stream(view, egress, slots, (service, port), at)


def _stream(
    view: View,
    egress: Egress,
    slots: Slots,
    target: tuple[Service, ServicePort],
    at: Placed,
) -> None:
    """Add the streams of a service's port; of two for the same connections the first counts."""
    service, port = target
    slot = _slot(view, egress, slots, (at.bind, port.number))
    found = service_streams(view, egress.rules, service, port, shared=at.shared)
    slot.sources.update(dict.fromkeys(found.sources))
    for one in found.streams:
        stream = one if one.subnets else replace(one, subnets=at.networks)
        if slot.add(stream, service.origin) not in (None, service.origin):
            view.ledger.problem(
                f"{service.origin}: port {port.number} has the address of another service; "
                "its connections go there"
            )


def _shares_routes(
    view: View, egress: Egress, given: Allocated, target: tuple[Service, ServicePort]
) -> bool:
    """Say whether a port's requests are routed by host, with those of all others on the port.

    A port of unknown protocol has its own listener where the service has an address.
    """
    service, port = target
    if port.protocol is not Protocol.AUTO:
        return port.protocol.is_http
    own = addresses_of(service, given)
    bound = egress.listener.bind if egress.listener else ""
    return bool(bound) or _binds(view, egress) or not own


def _slot(view: View, egress: Egress, slots: Slots, where: tuple[str, int]) -> Slot:
    return slots.setdefault(where, Slot(*where, binds=_binds(view, egress)))


def _guess(
    view: View,
    egress: Egress,
    outlets: Outlets,
    slot: Slot,
    target: tuple[Service, ServicePort],
) -> None:
    """Let a port of unknown protocol read requests: in shared routes, or in routes of its own."""
    service, port = target
    slot.guessed = True
    if slot.routes:
        return
    name = names.virtual_host(service.hostname, port.number)
    slot.routes = name
    if name not in outlets.routes:
        alone = replace(egress, services=(service,))
        outlets.routes[name] = own_routes(view, alone, port.number, name)


def _http(view: View, scope: Scope, egress: Egress, outlets: Outlets, slot: Slot) -> None:
    """Let a slot read requests, with the routes of its port."""
    name = slot.bind if slot.bind.startswith(UNIX_PREFIX) else str(slot.port)
    if name in outlets.routes:
        view.ledger.problem(
            f"two HTTP egress listeners of {view.proxy.namespace} are for port {slot.port}; "
            "both serve the hosts of the first"
        )
    else:
        catch_all = undeclared_hosts(undeclared(view, scope))
        outlets.routes[name] = http_routes(view, egress, slot.port, name, catch_all=catch_all)
    slot.routes = slot.routes or name
    slot.sources.update(dict.fromkeys(_keys(scope, egress.services, slot.port)))


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


def _virtual_outbound(target: str) -> listener_pb2.Listener:
    """Return the listener that redirected calls arrive at; its own port is nobody's to call."""
    chains = [
        listener.chain(
            [tcpproxy.tcp_proxy(names.BLACK_HOLE)],
            name="virtualOutbound-blackhole",
            destination_port=OUTBOUND_PORT,
        ),
        listener.chain([tcpproxy.tcp_proxy(target)], name="virtualOutbound-catchall-tcp"),
    ]
    return listener.intercepting(
        names.VIRTUAL_OUTBOUND,
        socket(WILDCARD, OUTBOUND_PORT),
        chains,
        listener.OUTBOUND,
        hand_off=True,
    )


def _add(view: View, outlets: Outlets, built: listener_pb2.Listener, *keys: ObjectKey) -> None:
    """Keep the first listener of an address; Envoy takes no second one."""
    at = text_of(built.address)
    if at in outlets.listeners:
        former = outlets.listeners[at].name
        view.ledger.problem(
            f"listener {built.name} of {', '.join(map(str, keys))} is left out: "
            f"{former} has its address {at}"
        )
        return
    outlets.listeners[at] = built
    view.ledger.credit(xds.LISTENER, built.name, *keys)


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
