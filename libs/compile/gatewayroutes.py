"""Routes of a router's ports: the rules that are bound to its Gateways, merged by host."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from libs.compile.hosts import overlap
from libs.compile.parts import Built
from libs.compile.rules import RouteRules, Shape, rules_for
from libs.compile.servers import reads_requests, server_hosts
from libs.compile.view import Place, View, node
from libs.compile.virtualhosts import (
    Hosts,
    Planned,
    Routes,
    RoutesKey,
    configuration,
    planned,
    routes_by_rule,
    unrouted,
)
from libs.envoy import names, route
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.meshapi.gateway import Gateway, Server
from libs.registry.hostnames import ANY, covers

_SAME_NAMESPACE = "."
Served = tuple[Gateway, Server]


@dataclass(slots=True)
class _Host:
    """The rules of one host, each with its server, and whose they are."""

    rules: dict[str, int] = field(default_factory=dict)
    sources: set[ObjectKey] = field(default_factory=set)


def gateway_routes(view: View, name: str, port: int, servers: tuple[Served, ...]) -> Built:
    """Merge the rules of all servers by host; without any, every request is answered with 404."""
    by_server: dict[str, Mapping[str, Routes]] = {}
    shapes: list[tuple[Shape, ...]] = []
    for at, served in enumerate(servers):
        gateway, server = served
        called = f"{gateway.namespace}/{gateway.metadata.name}"
        bound = bound_rules(view, called)
        wanted = _wanted(view, served, tuple([one.shape for one in bound]), (name, at))
        place = Place(view, port, frozenset({called}), encrypted=reads_requests(server))
        chosen = [one for one in bound if one.shape.name in wanted]
        routes = routes_by_rule(place, f"{name}/{at}", chosen, lambda _: None)
        without = unrouted(routes)
        by_server[str(at)] = routes
        shapes.append(tuple([o.shape for o in chosen if o.shape.name not in without]))
    plan = _planned(view, servers, tuple(shapes), (name, port))
    return configuration(view, route.configuration(name, (), ignore_port=True), plan, by_server)


def bound_rules(view: View, gateway: str) -> tuple[RouteRules, ...]:
    """Return the rules that the router sees and that name the gateway, as `namespace/name`."""
    return tuple(one for one in _visible(view) if gateway in one.gateways)


@node(lambda: None)
def _visible(view: View) -> tuple[RouteRules, ...]:
    return rules_for(view.world.rules, view.proxy.namespace)


@node(lambda *inputs: inputs[-1])
def _wanted(
    _: View, served: Served, shapes: tuple[Shape, ...], _where: tuple[str, int]
) -> frozenset[str]:
    """Return the rules that have a host in common with a server."""
    return frozenset(one.name for one in shapes if common_hosts(*served, one.namespace, one.hosts))


@node(lambda *inputs: inputs[-1])
def _planned(
    view: View,
    servers: tuple[Served, ...],
    shapes: tuple[tuple[Shape, ...], ...],
    where: tuple[str, int],
) -> Hosts:
    """Plan the virtual hosts of a port: no route decides which there are, only whether one is."""
    name, port = where
    hosts = _merged(servers, shapes)
    redirected = _redirected(hosts, servers)
    sources = {key for host in hosts.values() for key in host.sources}
    view.ledger.credit(xds.ROUTE, name, *sources, *{gateway.key for gateway, _ in servers})
    plan: dict[str, tuple[Planned, tuple[RoutesKey, ...]]] = {}
    for host in hosts:
        built = route.virtual_host(names.virtual_host(host, port), [host], ())
        if host in redirected:
            route.require_tls(built)
        keys = tuple((str(at), rules) for rules, at in hosts[host].rules.items())
        plan[built.name] = (planned(built), keys)
    if not plan:
        empty = planned(route.virtual_host(f"blackhole:{port}", [ANY], ()))
        return {empty.name: (empty, ())}
    return {each: plan[each] for each in sorted(plan)}


def _merged(servers: Sequence[Served], shapes: Sequence[tuple[Shape, ...]]) -> dict[str, _Host]:
    """Give the rules to every host that both the server and the rules name, each once."""
    hosts: dict[str, _Host] = {}
    for at, several in enumerate(shapes):
        for one in several:
            for name in common_hosts(*servers[at], one.namespace, one.hosts):
                host = hosts.setdefault(name, _Host())
                if one.name not in host.rules:
                    host.rules[one.name] = at
                    host.sources.update(one.sources)
    return hosts


def _redirected(hosts: dict[str, _Host], servers: Sequence[Served]) -> frozenset[str]:
    """Return the hosts of servers that send everybody to HTTPS, also those without a rule."""
    wanted = [
        host
        for _, server in servers
        if server.tls is not None and server.tls.https_redirect
        for host in server_hosts(server)
    ]
    for host in wanted:
        hosts.setdefault(host, _Host())
    return frozenset(one for one in hosts if any(covers(host, one) for host in wanted))


def common_hosts(
    gateway: Gateway, server: Server, namespace: str, hosts: Sequence[str]
) -> Sequence[str]:
    """Return the names that both a server and rules of a namespace are for."""
    found: dict[str, None] = {}
    for text in server.hosts:
        where, _, pattern = text.rpartition("/")
        wanted = gateway.namespace if where == _SAME_NAMESPACE else where or ANY
        if wanted not in (ANY, namespace):
            continue
        for host in hosts:
            common = overlap(pattern.lower(), host)
            if common is not None:
                found.setdefault(common)
    return tuple(found)
