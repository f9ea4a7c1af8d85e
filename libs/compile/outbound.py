"""A sidecar's outbound HTTP routes: one virtual host for every host that it may call."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.compile import hashing, retries
from libs.compile.hosts import host_index, short_names
from libs.compile.parts import Built
from libs.compile.proxy import ProxyType
from libs.compile.rules import Shape
from libs.compile.scope import Egress
from libs.compile.view import Place, View, node
from libs.compile.virtualhosts import (
    Hosts,
    Planned,
    Routes,
    RoutesKey,
    configuration,
    planned,
    routes_by_cluster,
    routes_by_rule,
    serialised,
    unrouted,
)
from libs.envoy import names, route
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.meshapi.virtualservice import MESH_GATEWAY
from libs.registry.service import Service, ServicePort

UNKNOWN_HOSTS_PORT = 80
"""Rules for hosts that no service has count on this port only."""

_MESH = frozenset({MESH_GATEWAY})
_REFUSED_STATUS = 502
_RULE, _CLUSTER, _CATCH_ALL = "rule", "cluster", "rest"
"""What routes of a virtual host are of."""


@dataclass(frozen=True, slots=True)
class _Host:
    """A virtual host in the making. `alternates` give way to another host's own name.

    Its routes are those of `rules`, by `namespace/name`, or without any the one to `cluster`.
    """

    name: str
    own: tuple[str, ...]
    alternates: tuple[str, ...]
    rules: str
    cluster: str
    sources: tuple[ObjectKey, ...]


@dataclass(frozen=True, slots=True)
class Wanted:
    """A route configuration for HTTP calls to a port.

    `catch_all` is the cluster for hosts that nobody declared, empty where nobody answers for them.
    With `alone` there is only the virtual host called `name`, for every host.
    """

    port: int
    name: str
    catch_all: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class _Plan:
    """The virtual hosts of a port, and the clusters that those without rules lead to."""

    hosts: Hosts
    clusters: Mapping[str, str]


def http_routes(view: View, egress: Egress, wanted: Wanted) -> Built:
    """Return a route configuration. No rule may be for every host of the mesh."""
    name, place = wanted.name, Place(view, wanted.port, _MESH)
    by_rule = routes_by_rule(place, name, egress.rules, _finish(view))
    shapes = tuple([one.shape for one in egress.rules])
    plan = _planned(view, egress.services, shapes, unrouted(by_rule), wanted)
    tables = {
        _RULE: by_rule,
        _CLUSTER: routes_by_cluster(view, name, plan.clusters, _default_route),
        _CATCH_ALL: _catching_all(wanted.catch_all),
    }
    return configuration(view, route.configuration(name, ()), plan.hosts, tables)


@node(lambda *inputs: inputs[-1])
def _planned(
    view: View,
    services: tuple[Service, ...],
    shapes: tuple[Shape, ...],
    without: frozenset[str],
    wanted: Wanted,
) -> _Plan:
    """Plan the virtual hosts of a port: no route decides which there are, only whether one is."""
    port = wanted.port
    routed = [one for one in shapes if one.name not in without]
    hosts = tuple(_hosts(view, services, shapes, routed, port))
    for host in hosts:
        view.ledger.credit(xds.ROUTE, wanted.name, *host.sources)
    distinct = tuple(_distinct(hosts, port))
    found = {plan.name: (plan, (_routes_key(host),)) for plan, host in distinct}
    if wanted.alone:
        found = {
            name: (_for_every_host(plan), keys)
            for name, (plan, keys) in found.items()
            if name == wanted.name
        }
    if wanted.catch_all:
        last = planned(undeclared_hosts(wanted.catch_all))
        found[last.name] = (last, ((_CATCH_ALL, wanted.catch_all),))
    return _Plan(
        {name: found[name] for name in sorted(found)},
        {host.cluster: host.cluster for _, host in distinct if not host.rules},
    )


def _routes_key(host: _Host) -> RoutesKey:
    return (_RULE, host.rules) if host.rules else (_CLUSTER, host.cluster)


def _catching_all(to: str) -> Mapping[str, Routes]:
    return {to: serialised(undeclared_hosts(to).routes)} if to else {}


def _finish(view: View) -> Callable[[rc.Route], None]:
    """Say timeouts where a gRPC client reads them."""
    return _stream_duration if view.proxy.type is ProxyType.GRPC else lambda _: None


def _stream_duration(one: rc.Route) -> None:
    if one.route.timeout.ToTimedelta():
        one.route.max_stream_duration.max_stream_duration.CopyFrom(one.route.timeout)


def _for_every_host(place: Planned) -> Planned:
    """Return a virtual host as the only one of its configuration."""
    host = rc.VirtualHost.FromString(place.head + place.tail)
    host.domains[:] = ["*"]
    return planned(host)


def undeclared_hosts(to: str) -> rc.VirtualHost:
    """Return the virtual host for what nobody declared: sent to a cluster, or refused."""
    return _block_all() if to == names.BLACK_HOLE else _allow_any(to)


def _hosts(
    view: View,
    offered: Iterable[Service],
    shapes: Sequence[Shape],
    routed: Sequence[Shape],
    port: int,
) -> Iterator[_Host]:
    """Yield the hosts with rules first: they win a name that two hosts would have.

    The rules of a service are those of the most specific host; of several for it, the oldest.
    """
    services = {
        one.hostname: one
        for one in offered
        if (known := one.port(port)) is not None and _has_routes(view, known)
    }
    by_host = host_index((pattern, one) for one in shapes for pattern in one.hosts)
    names_routed = {one.name for one in routed}
    ruled = {
        host: rules
        for host in services
        if (rules := by_host.find(host)) is not None and rules.name in names_routed
    }
    for host, rules in ruled.items():
        yield _service_host(view, services[host], port, rules)
    for host, service in services.items():
        if host not in ruled:
            yield _service_host(view, service, port, None)
    if port == UNKNOWN_HOSTS_PORT:
        yield from _unknown_hosts(view, routed)


def _default_route(view: View, cluster: str) -> rc.Route:
    result = route.default_route(cluster, retries=False)
    policy = retries.policy(None, view.world.settings)
    if policy is not None:
        result.route.retry_policy.CopyFrom(policy)
    if cluster in view.outbound:
        result.route.hash_policy.extend(hashing.hash_policies([view.outbound[cluster].traffic]))
    return result


def _has_routes(view: View, port: ServicePort) -> bool:
    """A gRPC client sends requests to any port."""
    return port.protocol.may_be_http or view.proxy.type is ProxyType.GRPC


def _service_host(view: View, service: Service, port: int, rules: Shape | None) -> _Host:
    shorter = short_names(service.hostname, view.proxy.dns_domain)
    wildcards = (f"*.{name}" for name in (service.hostname, *shorter)) if service.headless else ()
    return _Host(
        names.virtual_host(service.hostname, port),
        (service.hostname,),
        (*shorter, *service.addresses, *wildcards),
        rules.name if rules is not None else "",
        names.outbound_cluster(service.hostname, port),
        (service.origin, *(rules.sources if rules is not None else ())),
    )


def _unknown_hosts(view: View, routed: Iterable[Shape]) -> Iterator[_Host]:
    for one in routed:
        for host in one.hosts:
            if host not in view.world.registry.services:
                name = names.virtual_host(host, UNKNOWN_HOSTS_PORT)
                yield _Host(name, (host,), (), one.name, "", one.sources)


def _distinct(hosts: Sequence[_Host], port: int) -> Iterator[tuple[Planned, _Host]]:
    """Give every domain to one virtual host: a host's own name beats another's alternates."""
    owned = {name for host in hosts for name in host.own}
    taken: set[str] = set()
    for host in hosts:
        mine = [name for name in host.own if name not in taken]
        mine += [name for name in host.alternates if name not in taken and name not in owned]
        if host.own[0] in mine:
            taken.update(mine)
            yield planned(route.virtual_host(host.name, _with_port(mine, port), ())), host


def _with_port(hosts: Iterable[str], port: int) -> list[str]:
    """Clients may name the port or not."""
    domains: list[str] = []
    for host in hosts:
        literal = f"[{host}]" if ":" in host else host
        domains += [literal, f"{literal}:{port}"]
    return list(dict.fromkeys(domains))


def _allow_any(to: str) -> rc.VirtualHost:
    passthrough = rc.Route(
        name="allow_any",
        match=rc.RouteMatch(prefix="/"),
        route=route.forward([route.Target(to)]),
    )
    return route.virtual_host("allow_any", ["*"], [passthrough])


def _block_all() -> rc.VirtualHost:
    refused = rc.Route(
        name="block_all",
        match=rc.RouteMatch(prefix="/"),
        direct_response=route.direct_response(_REFUSED_STATUS),
    )
    return route.virtual_host("block_all", ["*"], [refused])
