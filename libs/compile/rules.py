"""VirtualServices with their names completed and their delegates joined, in the right order."""

from bisect import insort
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from libs.compile.delegates import Delegates, delegates
from libs.compile.hosts import fqdn
from libs.kernel.origins import ObjectKey
from libs.meshapi.virtualservice import (
    MESH_GATEWAY,
    Destination,
    HTTPRoute,
    TCPRoute,
    TLSRoute,
    VirtualService,
)
from libs.registry.exports import EVERYWHERE, TO_EVERYBODY, exported, sees
from libs.registry.order import age


@dataclass(frozen=True, slots=True)
class Shape:
    """What of rules decides which virtual hosts there are. `name` is `namespace/name`."""

    name: str
    namespace: str
    hosts: tuple[str, ...]
    sources: tuple[ObjectKey, ...]


@dataclass(frozen=True, slots=True)
class RouteRules:
    """A VirtualService: complete hosts, and gateways as `namespace/name` or `mesh`.

    `delegates` are those whose rules it has taken over; `problems` say what could not be.
    `destinations` are the complete hosts that its rules send anything to.
    """

    key: ObjectKey
    shape: Shape
    namespace: str
    hosts: tuple[str, ...]
    gateways: frozenset[str]
    http: tuple[HTTPRoute, ...]
    tls: tuple[TLSRoute, ...] = ()
    tcp: tuple[TCPRoute, ...] = ()
    exported_to: frozenset[str] = TO_EVERYBODY
    delegates: tuple[ObjectKey, ...] = ()
    problems: tuple[str, ...] = ()
    destinations: frozenset[str] = frozenset()

    @property
    def sources(self) -> tuple[ObjectKey, ...]:
        """The objects that the rules are written in."""
        return self.shape.sources


def gateway_name(name: str, namespace: str) -> str:
    """Complete a gateway's name; the old form `name.namespace.svc...` is read as well."""
    if name == MESH_GATEWAY:
        return name
    if "/" in name:
        return name.replace("./", f"{namespace}/", 1) if name.startswith("./") else name
    short, _, rest = name.partition(".")
    return f"{rest.partition('.')[0] or namespace}/{short}"


def route_rules(
    services: Iterable[VirtualService], domain: str, default: Iterable[str] = ()
) -> tuple[RouteRules, ...]:
    """Return VirtualServices with hosts, the oldest first. `default` is the mesh's `exportTo`."""
    everything, default = tuple(services), tuple(default)
    known = delegates(everything, default)
    roots = (one for one in everything if one.spec.hosts)
    return tuple(_rules(one, domain, known) for one in sorted(roots, key=age))


@dataclass(frozen=True, slots=True)
class Roots:
    """All VirtualServices by key. `default` is the mesh's `exportTo`."""

    services: Mapping[ObjectKey, VirtualService]
    domain: str
    default: tuple[str, ...] = ()


def changed_route_rules(
    former: tuple[RouteRules, ...],
    roots: Roots,
    gone: Mapping[ObjectKey, VirtualService],
    new: Mapping[ObjectKey, VirtualService],
) -> tuple[RouteRules, ...]:
    """Return what `route_rules` would; rules that nothing changed for are the former ones.

    A delegate can change any root, so that after one changed all are made again.
    """
    if len(new) > _FEW or not all(one.spec.hosts for one in (*gone.values(), *new.values())):
        known = {one.key: one for one in former}
        made = route_rules(roots.services.values(), roots.domain, roots.default)
        return tuple(known[one.key] if known.get(one.key) == one else one for one in made)
    joins = any(rule.delegate for one in new.values() for rule in one.spec.http)
    known_delegates = delegates(roots.services.values() if joins else (), roots.default)
    names = {f"{key.namespace}/{key.name}" for key in gone}
    result = [one for one in former if one.shape.name not in names]
    for one in new.values():
        rules = _rules(one, roots.domain, known_delegates)
        insort(result, rules, key=lambda each: age(roots.services[each.key]))
    return tuple(result)


_FEW = 16


def _rules(service: VirtualService, domain: str, known: Delegates) -> RouteRules:
    namespace, spec = service.namespace, service.spec
    joined = known.joined(service, lambda rule, where: completed(rule, where, domain))
    key, hosts = service.key, tuple(fqdn(host, namespace, domain) for host in spec.hosts)
    hosts = tuple(dict.fromkeys(hosts))
    name = f"{namespace}/{service.metadata.name}"
    used = _named(joined.http, spec.tls, spec.tcp)
    return RouteRules(
        key=key,
        shape=Shape(name, namespace, hosts, (key, *joined.delegates)),
        namespace=namespace,
        hosts=hosts,
        gateways=frozenset(gateway_name(name, namespace) for name in spec.gateways),
        http=joined.http,
        tls=spec.tls,
        tcp=spec.tcp,
        exported_to=exported(spec.export_to, namespace, known.default),
        delegates=joined.delegates,
        problems=joined.problems,
        destinations=frozenset(fqdn(one.host, namespace, domain) for one in used),
    )


def _named(
    http: Iterable[HTTPRoute], tls: Iterable[TLSRoute], tcp: Iterable[TCPRoute]
) -> Iterator[Destination]:
    """Yield where calls may go, and where their copies may."""
    for rule in http:
        yield from (one.destination for one in rule.route)
        yield from (one.destination for one in rule.mirrors)
        if rule.mirror is not None:
            yield rule.mirror
    streams = [*(one.route for one in tls), *(one.route for one in tcp)]
    yield from (one.destination for route in streams for one in route)


def completed(rule: HTTPRoute, namespace: str, domain: str) -> HTTPRoute:
    """Complete the names that a delegate's rule has, so that they mean the same elsewhere."""

    def host(one: Destination) -> Destination:
        return one.model_copy(update={"host": fqdn(one.host, namespace, domain)})

    update = {
        name: tuple(
            one.model_copy(update={"destination": host(one.destination)})
            for one in getattr(rule, name)
        )
        for name in ("route", "mirrors")
    }
    match = tuple(
        one.model_copy(
            update={"gateways": tuple(gateway_name(name, namespace) for name in one.gateways)}
        )
        for one in rule.match
    )
    mirror = host(rule.mirror) if rule.mirror is not None else None
    return rule.model_copy(update={**update, "match": match, "mirror": mirror})


def rules_for(rules: Iterable[RouteRules], namespace: str) -> tuple[RouteRules, ...]:
    """Return the rules that proxies of `namespace` see.

    Its private ones come first, then those exported to it by name, then those for everybody.
    """
    own: list[RouteRules] = []
    named: list[RouteRules] = []
    public: list[RouteRules] = []
    for one in rules:
        if EVERYWHERE in one.exported_to:
            public.append(one)
        elif sees(one.exported_to, namespace):
            (own if one.namespace == namespace else named).append(one)
    return (*own, *named, *public)
