"""A sidecar's outbound HTTP routes: one virtual host for every host that it may call."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile import hashing, retries
from libs.compile.hosts import host_index, short_names
from libs.compile.proxy import ProxyType
from libs.compile.routes import routes_of
from libs.compile.rules import RouteRules
from libs.compile.scope import Egress
from libs.compile.view import Place, View
from libs.envoy import names, route
from libs.kernel import xds
from libs.kernel.origins import ObjectKey
from libs.meshapi.virtualservice import MESH_GATEWAY
from libs.registry.service import Service, ServicePort

UNKNOWN_HOSTS_PORT = 80
"""Rules for hosts that no service has count on this port only."""

_MESH = frozenset({MESH_GATEWAY})
_REFUSED_STATUS = 502


@dataclass(frozen=True, slots=True)
class _Host:
    """A virtual host in the making. `alternates` give way to another host's own name."""

    name: str
    own: tuple[str, ...]
    alternates: tuple[str, ...]
    routes: Sequence[rc.Route]
    sources: tuple[ObjectKey, ...]


def http_routes(
    view: View, egress: Egress, port: int, name: str, *, catch_all: rc.VirtualHost | None
) -> route_pb2.RouteConfiguration:
    """Return the route configuration `name` for HTTP calls to `port`.

    `catch_all` answers for hosts that nobody declared. No rule may be for every host of the mesh.
    """
    place = Place(view, port, _MESH)
    hosts = list(_hosts(egress, place))
    for host in hosts:
        view.ledger.credit(xds.ROUTE, name, *host.sources)
    found = list(_distinct(hosts, port))
    if catch_all is not None:
        found.append(catch_all)
    return route.configuration(name, found)


def undeclared_hosts(*, allow_any: bool) -> rc.VirtualHost:
    """Return the virtual host for what nobody declared: let through, or refused."""
    return _allow_any() if allow_any else _block_all()


def _hosts(egress: Egress, place: Place) -> Iterator[_Host]:
    """Yield the hosts with rules first: they win a name that two hosts would have.

    The rules of a service are those of the most specific host; of several for it, the oldest.
    """
    services = {
        one.hostname: one
        for one in egress.services
        if (port := one.port(place.port)) is not None and _has_routes(port, place)
    }
    built = {one.key: routes_of(one, place) for one in egress.rules}
    by_host = host_index((pattern, one) for one in egress.rules for pattern in one.hosts)
    ruled = {
        host: rules
        for host in services
        if (rules := by_host.find(host)) is not None and built[rules.key]
    }
    for host, rules in ruled.items():
        yield _service_host(services[host], place, built[rules.key], *rules.sources)
    for host, service in services.items():
        if host not in ruled:
            cluster = names.outbound_cluster(host, place.port)
            yield _service_host(service, place, [_default_route(place.view, cluster)])
    if place.port == UNKNOWN_HOSTS_PORT:
        yield from _unknown_hosts(egress.rules, place.view.world.registry.services, built)


def _default_route(view: View, cluster: str) -> rc.Route:
    result = route.default_route(cluster, retries=False)
    policy = retries.policy(None, view.world.settings)
    if policy is not None:
        result.route.retry_policy.CopyFrom(policy)
    if cluster in view.outbound:
        result.route.hash_policy.extend(hashing.hash_policies([view.outbound[cluster].traffic]))
    return result


def _has_routes(port: ServicePort, place: Place) -> bool:
    """A gRPC client sends requests to any port."""
    return port.protocol.is_http or place.view.proxy.type is ProxyType.GRPC


def _service_host(
    service: Service, place: Place, routes: Sequence[rc.Route], *sources: ObjectKey
) -> _Host:
    shorter = short_names(service.hostname, place.view.proxy.dns_domain)
    wildcards = (f"*.{name}" for name in (service.hostname, *shorter)) if service.headless else ()
    return _Host(
        names.virtual_host(service.hostname, place.port),
        (service.hostname,),
        (*shorter, *service.addresses, *wildcards),
        routes,
        (service.origin, *sources),
    )


def _unknown_hosts(
    rules: Iterable[RouteRules],
    services: Mapping[str, Service],
    built: Mapping[ObjectKey, Sequence[rc.Route]],
) -> Iterator[_Host]:
    for one in rules:
        for host in one.hosts:
            if host not in services and built[one.key]:
                name = names.virtual_host(host, UNKNOWN_HOSTS_PORT)
                yield _Host(name, (host,), (), built[one.key], one.sources)


def _distinct(hosts: Sequence[_Host], port: int) -> Iterator[rc.VirtualHost]:
    """Give every domain to one virtual host: a host's own name beats another's alternates."""
    owned = {name for host in hosts for name in host.own}
    taken: set[str] = set()
    for host in hosts:
        mine = [name for name in host.own if name not in taken]
        mine += [name for name in host.alternates if name not in taken and name not in owned]
        if host.own[0] in mine:
            taken.update(mine)
            yield route.virtual_host(host.name, _with_port(mine, port), host.routes)


def _with_port(hosts: Iterable[str], port: int) -> list[str]:
    """Clients may name the port or not."""
    domains: list[str] = []
    for host in hosts:
        literal = f"[{host}]" if ":" in host else host
        domains += [literal, f"{literal}:{port}"]
    return list(dict.fromkeys(domains))


def _allow_any() -> rc.VirtualHost:
    passthrough = rc.Route(
        name="allow_any",
        match=rc.RouteMatch(prefix="/"),
        route=route.forward([route.Target(names.PASSTHROUGH)]),
    )
    return route.virtual_host("allow_any", ["*"], [passthrough])


def _block_all() -> rc.VirtualHost:
    refused = rc.Route(
        name="block_all",
        match=rc.RouteMatch(prefix="/"),
        direct_response=route.direct_response(_REFUSED_STATUS),
    )
    return route.virtual_host("block_all", ["*"], [refused])
