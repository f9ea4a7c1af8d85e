"""A router's listeners and routes, from the Gateways that select it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.hosts import ANY, overlap
from libs.compile.listeners import WILDCARD, Outlets
from libs.compile.routes import catch_alls_last, routes_of
from libs.compile.rules import RouteRules
from libs.compile.view import Place, View
from libs.envoy import hcm, listener, names, route
from libs.envoy.address import address, text_of
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.meshapi.gateway import Gateway, Server
from libs.registry.protocols import entry_protocol

_SAME_NAMESPACE = "."


@dataclass(slots=True)
class _Port:
    """All plain HTTP servers of one port and bind address, in the order of their Gateways."""

    number: int
    bind: str
    servers: list[tuple[Gateway, Server]] = field(default_factory=list)

    @property
    def route_name(self) -> str:
        """`http.80`, or with a bind address `http.80.10.0.0.1`."""
        name = names.gateway_route(self.number)
        return f"{name}.{self.bind}" if self.bind else name


@dataclass(slots=True)
class _Host:
    """The routes of one host, from all rules for it, and whose they are."""

    routes: list[rc.Route] = field(default_factory=list)
    sources: set[ObjectKey] = field(default_factory=set)


def gateway_outlets(view: View) -> Outlets:
    """Return listeners and routes of a router."""
    outlets = Outlets()
    for port in _ports(view):
        outlets.routes[port.route_name] = _routes(view, port)
        for built in _listeners(view, port):
            _add(view, outlets, built, port)
    return outlets


def _ports(view: View) -> Iterable[_Port]:
    ports: dict[tuple[int, str], _Port] = {}
    for gateway in view.world.gateways:
        if not gateway.spec.selector.items() <= view.proxy.labels.items():
            continue
        for server in gateway.spec.servers:
            if not entry_protocol(server.port.name, server.port.protocol).is_http:
                view.ledger.problem(
                    f"{gateway.key}: server on port {server.port.number} speaks "
                    f"{server.port.protocol}; only HTTP servers have effect yet"
                )
                continue
            key = (server.port.number, server.bind)
            port = ports.setdefault(key, _Port(*key))
            port.servers.append((gateway, server))
    return [ports[key] for key in sorted(ports)]


def _numbers(view: View, port: _Port) -> Sequence[int]:
    """Return the ports that the workload has for a server's: its service tells, else the same."""
    proxy = view.proxy
    instances = view.world.registry.instances_of(proxy.ips, proxy.namespace, proxy.labels)
    found = {one.number for one in instances if one.port.number == port.number}
    return sorted(found) or [port.number]


def _listeners(view: View, port: _Port) -> Iterable[listener_pb2.Listener]:
    bind = port.bind or WILDCARD
    for number in _numbers(view, port):
        prefix = names.stat_prefix("outbound", bind, number)
        manager = hcm.by_name(prefix, port.route_name, hcm.Side.GATEWAY)
        yield listener.listener(
            names.listener(bind, number),
            address(bind, number),
            [listener.chain([hcm.network_filter(manager)])],
            listener.OUTBOUND,
        )


def _add(view: View, outlets: Outlets, built: listener_pb2.Listener, port: _Port) -> None:
    at = text_of(built.address)
    if at in outlets.listeners:
        view.ledger.problem(
            f"server port {port.number} of {port.servers[0][0].key} is left out: "
            f"another server listens on {at}"
        )
        return
    outlets.listeners[at] = built
    view.ledger.credit(xds.LISTENER, built.name, *(gateway.key for gateway, _ in port.servers))


def _routes(view: View, port: _Port) -> route_pb2.RouteConfiguration:
    """Merge the rules of all servers by host; without any, every request is answered with 404."""
    hosts: dict[str, _Host] = {}
    for gateway, server in port.servers:
        name = f"{gateway.namespace}/{gateway.metadata.name}"
        place = Place(view, port.number, frozenset({name}))
        for rules in view.world.rules:
            if name in rules.gateways:
                _merge(hosts, gateway, server, rules, place)
    sources = {key for host in hosts.values() for key in host.sources}
    gateways = {gateway.key for gateway, _ in port.servers}
    view.ledger.credit(xds.ROUTE, port.route_name, *sources, *gateways)
    built = [
        route.virtual_host(names.virtual_host(host, port.number), [host], found.routes)
        for host, found in _ordered(hosts)
    ]
    empty = route.virtual_host(f"blackhole:{port.number}", [ANY], [])
    return route.configuration(port.route_name, built or [empty], ignore_port=True)


def _merge(
    hosts: dict[str, _Host], gateway: Gateway, server: Server, rules: RouteRules, place: Place
) -> None:
    """Append the rules to every host that both the server and the rules name."""
    common = _common_hosts(gateway, server, rules)
    built = routes_of(rules, place) if common else []
    for name in common if built else ():
        host = hosts.setdefault(name, _Host())
        if rules.key not in host.sources:
            host.routes.extend(built)
            host.sources.add(rules.key)


def _common_hosts(gateway: Gateway, server: Server, rules: RouteRules) -> Sequence[str]:
    found: dict[str, None] = {}
    for text in server.hosts:
        where, _, pattern = text.rpartition("/")
        namespace = gateway.namespace if where == _SAME_NAMESPACE else where or ANY
        if namespace not in (ANY, rules.namespace):
            continue
        for host in rules.hosts:
            common = overlap(pattern.lower(), host)
            if common is not None:
                found.setdefault(common)
    return tuple(found)


def _ordered(hosts: dict[str, _Host]) -> Iterable[tuple[str, _Host]]:
    """Put routes that take everything behind those of other rules for the same host."""
    for name in sorted(hosts):
        hosts[name].routes = catch_alls_last(hosts[name].routes)
        yield name, hosts[name]
