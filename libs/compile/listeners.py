"""A sidecar's outbound listeners, and the route configurations that they name."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.extensions.transport_sockets.tls.v3 import secret_pb2

from libs.compile.outbound import http_routes, undeclared_hosts
from libs.compile.parts import Built
from libs.compile.scope import Egress, Scope
from libs.compile.streamlisteners import streams_of
from libs.compile.target import Outbound
from libs.compile.view import View
from libs.envoy import hcm, listener, names, tcpproxy
from libs.envoy.address import UNIX_PREFIX, address, socket, text_of
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.registry.protocols import entry_protocol
from libs.registry.service import Service, ServicePort

WILDCARD = "0.0.0.0"  # noqa: S104 - where redirected connections arrive
LOOPBACK = "127.0.0.1"
OUTBOUND_PORT = 15001


@dataclass(slots=True)
class Outlets:
    """Listeners by address, the first at each; route configurations and secrets by name.

    `crossing` are clusters that only these listeners use, by name.
    """

    listeners: dict[str, listener_pb2.Listener] = field(default_factory=dict)
    routes: dict[str, Built] = field(default_factory=dict)
    secrets: dict[str, secret_pb2.Secret] = field(default_factory=dict)
    crossing: dict[str, Outbound] = field(default_factory=dict)


def outbound_outlets(view: View, scope: Scope) -> Outlets:
    """Return everything that the workload's own calls go through.

    Listeners with a stated port come first and keep that port to themselves.
    """
    outlets = Outlets()
    stated = [one for one in scope.egress if one.listener and one.listener.port]
    for egress in stated:
        _stated(view, scope, egress, outlets)
    taken = {one.listener.port.number for one in stated if one.listener and one.listener.port}
    for egress in scope.egress:
        if egress.listener is None or egress.listener.port is None:
            _every_port(view, scope, egress, outlets, taken)
    if view.proxy.intercepts:
        _add(view, outlets, _virtual_outbound(allow_any=scope.allow_any))
    return outlets


def _stated(view: View, scope: Scope, egress: Egress, outlets: Outlets) -> None:
    """Build the one listener of an egress listener with a port."""
    stated = egress.listener
    if stated is None or stated.port is None:
        return
    port, bind = stated.port.number, stated.bind or _bind(view, egress)
    if not entry_protocol(stated.port.name, stated.port.protocol).is_http:
        _streams(view, scope, egress, outlets, [(one, one.ports[0]) for one in egress.services])
        return
    _http(view, scope, egress, outlets, (bind, port))


def _every_port(
    view: View, scope: Scope, egress: Egress, outlets: Outlets, taken: Iterable[int]
) -> None:
    """Build a listener for each port that the services have and nobody has stated."""
    bind = (egress.listener.bind if egress.listener else "") or _bind(view, egress)
    ports = [(one, port) for one in egress.services for port in one.ports]
    free = [(one, port) for one, port in ports if port.number not in taken]
    for number in sorted({port.number for _, port in free if port.protocol.is_http}):
        _http(view, scope, egress, outlets, (bind, number))
    unread = [(one, port) for one, port in free if not port.protocol.is_http]
    _streams(view, scope, egress, outlets, unread)


def _http(
    view: View, scope: Scope, egress: Egress, outlets: Outlets, where: tuple[str, int]
) -> None:
    """Add an HTTP listener at (bind, port) with the routes of that port."""
    bind, port = where
    name = bind if bind.startswith(UNIX_PREFIX) else str(port)
    if name in outlets.routes:
        view.ledger.problem(
            f"two HTTP egress listeners of {view.proxy.namespace} are for port {port}; "
            "both serve the hosts of the first"
        )
    else:
        catch_all = undeclared_hosts(allow_any=scope.allow_any)
        outlets.routes[name] = http_routes(view, egress, port, name, catch_all=catch_all)
    manager = hcm.by_name(names.stat_prefix("outbound", bind, port), name, hcm.Side.OUTBOUND)
    built = listener.listener(
        names.listener(bind, port),
        address(bind, port),
        [listener.chain([hcm.network_filter(manager)])],
        listener.OUTBOUND,
        bind_to_port=_binds(view, egress),
    )
    _add(view, outlets, built, *_keys(scope, egress.services, port))


def _streams(
    view: View,
    scope: Scope,
    egress: Egress,
    outlets: Outlets,
    ports: Iterable[tuple[Service, ServicePort]],
) -> None:
    """Add listeners for what nobody reads: at a service's own addresses, else at every address."""
    bind = egress.listener.bind if egress.listener else ""
    found: dict[tuple[str, int], list[tuple[Service, ServicePort]]] = {}
    for service, port in ports:
        for at in [bind] if bind else service.addresses or [_bind(view, egress)]:
            found.setdefault((at, port.number), []).append((service, port))
    for (at, number), members in found.items():
        shared = at in (WILDCARD, LOOPBACK)
        made = streams_of(view, egress.rules, members, shared=shared, allow_any=scope.allow_any)
        built = listener.listener(
            names.listener(at, number),
            address(at, number),
            made.chains,
            listener.OUTBOUND,
            bind_to_port=_binds(view, egress),
        )
        if made.reads_names:
            listener.read_server_names(built)
        _add(view, outlets, built, *made.sources)


def _virtual_outbound(*, allow_any: bool) -> listener_pb2.Listener:
    """Return the listener that redirected calls arrive at; its own port is nobody's to call."""
    target = names.PASSTHROUGH if allow_any else names.BLACK_HOLE
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
