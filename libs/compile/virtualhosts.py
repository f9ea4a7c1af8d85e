"""Virtual hosts as bytes: planned without their routes, joined with the routes of rules.

The routes of one rule are one node, and so is one virtual host: a route configuration is put
together from what is already serialised.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.memo import Change
from libs.compile.parts import Built
from libs.compile.routes import routes_of
from libs.compile.rules import RouteRules
from libs.compile.view import Place, View, group, made_table
from libs.confighash.wire import delimited
from libs.envoy.claims import Claims, HostClaims, claims_of_hosts, clusters_of
from libs.envoy.matchers import matches_everything
from libs.envoy.snapshot import resource_of_bytes
from libs.kernel import xds
from libs.kernel.ids import ResourceName

_HOSTS_FIELD = 2
_K = TypeVar("_K", bound=Hashable)
_BEFORE_ROUTES = ("name", "domains")


@dataclass(frozen=True, slots=True)
class Routes:
    """Routes in their order as fields of a virtual host, those that take everything apart."""

    narrow: bytes
    broad: bytes
    clusters: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Planned:
    """A virtual host without its routes: what stands before and behind them, and its domains."""

    name: str
    head: bytes
    tail: bytes
    domains: tuple[str, ...]


Tables = Mapping[str, Mapping[str, Routes]]
"""Routes by what they are of, such as a rule or a cluster, and by the name of that."""
RoutesKey = tuple[str, str]
Hosts = Mapping[str, tuple[Planned, tuple[RoutesKey, ...]]]
"""Virtual hosts by name, in the order of names, each with where its routes stand in `Tables`."""


def planned(host: rc.VirtualHost) -> Planned:
    """Take a virtual host apart, whose routes come from elsewhere."""
    tail = rc.VirtualHost()
    tail.CopyFrom(host)
    for name in (*_BEFORE_ROUTES, "routes"):
        tail.ClearField(name)
    return Planned(
        host.name,
        rc.VirtualHost(name=host.name, domains=host.domains).SerializeToString(deterministic=True),
        tail.SerializeToString(deterministic=True),
        tuple(domain.lower() for domain in host.domains),
    )


def serialised(routes: Sequence[rc.Route]) -> Routes:
    """Serialise routes; nobody may change them afterwards."""
    found = (name for one in routes for name in clusters_of(one.route))
    return Routes(
        _fields(one for one in routes if not matches_everything(one.match)),
        _fields(one for one in routes if matches_everything(one.match)),
        tuple(dict.fromkeys(found)),
    )


def routes_by_rule(
    place: Place, where: str, rules: Iterable[RouteRules], finish: Callable[[rc.Route], None]
) -> Mapping[str, Routes]:
    """Return the routes of each rule at a place by `namespace/name`.

    `where` tells the place from others of the same view, `finish` has the last word on a route.
    """

    def build(_: View, one: RouteRules) -> Routes:
        built = routes_of(one, place)
        for each in built:
            finish(each)
        return serialised(built)

    at = (where, place.port, place.gateways, place.encrypted)
    items = {one.shape.name: one for one in rules}
    return group(place.view, ("rules", *at), items, build, _members)


def unrouted(several: Mapping[str, Routes]) -> frozenset[str]:
    """Return the names of rules that have no route."""
    return frozenset([name for name, one in several.items() if not (one.narrow or one.broad)])


def routes_by_cluster(
    view: View, where: str, clusters: Mapping[str, str], build: Callable[[View, str], rc.Route]
) -> Mapping[str, Routes]:
    """Return the one route of each host that has no rule, by the cluster that it leads to."""
    return group(
        view, ("default", where), clusters, lambda _, one: serialised([build(view, one)]), _members
    )


def configuration(
    view: View, frame: route_pb2.RouteConfiguration, hosts: Hosts, tables: Tables
) -> Built:
    """Put a route configuration together; `frame` is everything but its virtual hosts.

    Hosts look their routes up, so that other routes of a rule are looked at in its hosts only.
    """
    name = frame.name
    known = {kind: made_table(view, f"routes.{name}.{kind}", one) for kind, one in tables.items()}
    frame.ClearField("name")
    before = route_pb2.RouteConfiguration(name=name).SerializeToString(deterministic=True)
    behind = frame.SerializeToString(deterministic=True)
    inside = group(view, ("hosts", name), hosts, lambda _, item: _host(item, known), _folded(name))
    body = b"".join((before, inside.body, behind))
    return Built(resource_of_bytes(xds.ROUTE, ResourceName(name), body), inside.claims)


@dataclass(frozen=True, slots=True)
class _Host:
    """A virtual host as a field of its configuration."""

    field: bytes
    claims: HostClaims


@dataclass(frozen=True, slots=True)
class _Inside:
    """All virtual hosts of a configuration."""

    body: bytes
    claims: Claims


def _host(item: tuple[Planned, tuple[RoutesKey, ...]], tables: Tables) -> _Host:
    """Put routes that take everything behind those of all rules; both keep their order."""
    plan, keys = item
    several = [tables[kind][name] for kind, name in keys]
    narrow = (one.narrow for one in several)
    broad = (one.broad for one in several)
    body = b"".join((plan.head, *narrow, *broad, plan.tail))
    clusters = tuple(dict.fromkeys(name for one in several for name in one.clusters))
    return _Host(delimited(_HOSTS_FIELD, body), HostClaims(plan.name, plan.domains, clusters))


def _folded(
    name: str,
) -> Callable[[Mapping[str, _Host], Change[_Host, _Inside] | None], _Inside]:
    """Claims are only gathered anew where a host claims something else."""

    def fold(members: Mapping[str, _Host], change: Change[_Host, _Inside] | None) -> _Inside:
        body = b"".join([one.field for one in members.values()])
        if change is not None and _same_claims(members, change):
            return _Inside(body, change.folded.claims)
        return _Inside(body, claims_of_hosts(name, [one.claims for one in members.values()]))

    return fold


def _same_claims(members: Mapping[str, _Host], change: Change[_Host, _Inside]) -> bool:
    return len(members) == len(change.members) and all(
        name in members
        and name in change.members
        and members[name].claims == change.members[name].claims
        for name in change.names
    )


def _members(members: Mapping[_K, Routes], _: object) -> Mapping[_K, Routes]:
    return members


def _fields(routes: Iterable[rc.Route]) -> bytes:
    return rc.VirtualHost(routes=routes).SerializeToString(deterministic=True)
