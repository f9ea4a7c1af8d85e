"""Ingresses as one Gateway, and for each of their hosts a VirtualService that is bound to it.

All Ingresses of a set share the Gateway, because they shared the ports of one proxy. It selects
the proxies of today, which have another label than those that served Ingresses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from libs.meshapi.dialects.ingress import (
    OLD_VERSIONS,
    HTTPIngressPath,
    Ingress,
    IngressBackend,
)
from libs.meshapi.dialects.istioservice import whole
from libs.meshapi.dialects.places import ConvertedPlaces, Part
from libs.meshapi.dialects.routes import name_for
from libs.meshapi.dialects.run import Old, Run, by_name
from libs.meshapi.gateway import Gateway, GatewaySpec, NamedPort, Server, ServerTLS
from libs.meshapi.matches import StringMatch
from libs.meshapi.metadata import PRIORITY_ANNOTATION, Metadata
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.problems import Path
from libs.meshapi.quoting import quoted
from libs.meshapi.virtualservice import (
    Destination,
    HTTPMatchRequest,
    HTTPRoute,
    HTTPRouteDestination,
    PortSelector,
    VirtualService,
    VirtualServiceSpec,
)

GATEWAY_LABELS = {"istio": "ingressgateway"}
MOUNTED_SECRET = "istio-ingress-certs"  # noqa: S105 - the name of a Secret, not its content
"""The Secret whose files served every TLS Ingress of the old versions, whatever they named."""

_ANY = "*"
_BEGINNING = ".*"
_EVERY_CALL = (HTTPMatchRequest(uri=StringMatch(prefix="/")),)


def converted_ingresses(ingresses: Sequence[Old[Ingress]], run: Run) -> Iterator[ParsedObject]:
    """Return the Gateway and the VirtualServices; nothing without Ingresses."""
    found = by_name(ingresses)
    if not found:
        return
    gateway = _gateway(found, run)
    yield gateway
    bound = f"{gateway.object.namespace}/{gateway.object.metadata.name}"
    lift = len(found) if _meet([one.object for one in found]) else 0
    for index, old in enumerate(found):
        priority = len(found) - index if lift or len(found) > 1 else 0
        gateway_name = bound if old.namespace != gateway.object.namespace else bound.split("/")[1]
        yield from _Writer(old, gateway_name, (priority, lift), run).virtual_services()


def _meet(found: Sequence[Ingress]) -> bool:
    """Say whether rules for every host meet rules for one, as they do where a server has one host.

    The rules of the host come first there.
    """
    rules = [rule for one in found for rule in one.spec.rules]
    backends = any(one.spec.default_backend or one.spec.backend for one in found)
    for_all = backends or any(not rule.host for rule in rules)
    return for_all and any(rule.host for rule in rules)


def _gateway(found: Sequence[Old[Ingress]], run: Run) -> ParsedObject:
    first = found[0]
    text = (
        "the Gateway is for proxies with the label `istio: ingressgateway`; give yours that label "
        "if they have another"
    )
    run.approximate(first, ("spec",), text)
    plain = Server(port=NamedPort(number=80, name="http", protocol="HTTP"), hosts=(_ANY,))
    servers = [plain, *_encrypted(found, run)]
    name = run.free_name("Gateway", first.namespace, first.name)
    made = Gateway(
        metadata=Metadata(name=name, namespace=first.namespace),
        spec=GatewaySpec(selector=GATEWAY_LABELS, servers=tuple(servers)),
    )
    places = ConvertedPlaces(first.parsed.positions)
    return ParsedObject(made, first.parsed.origin, places)


def _encrypted(found: Sequence[Old[Ingress]], run: Run) -> Iterator[Server]:
    """Return one server for each Secret; a host is served with the first Secret that it has."""
    owner: dict[str, str] = {}
    for old in found:
        for index, one in enumerate(old.object.spec.tls):
            secret = _secret(old, index, run)
            for host in one.hosts or (_ANY,):
                if owner.setdefault(host.lower(), secret) != secret:
                    text = f"host {quoted(host)} has a certificate already, this one is left out"
                    run.lost(old, ("spec", "tls", index), text)
    by_secret: dict[str, list[str]] = {}
    for host, secret in sorted(owner.items()):
        by_secret.setdefault(secret, []).append(host)
    for number, (secret, hosts) in enumerate(sorted(by_secret.items())):
        name = f"https-{number}" if number else "https"
        yield Server(
            port=NamedPort(number=443, name=name, protocol="HTTPS"),
            hosts=tuple(hosts),
            tls=ServerTLS(mode="SIMPLE", credential_name=secret),
        )


def _secret(old: Old[Ingress], index: int, run: Run) -> str:
    """Return the Secret of a TLS entry; it has to be where the gateway's proxies run."""
    named = old.object.spec.tls[index].secret_name
    if old.object.api_version not in OLD_VERSIONS and named:
        secret = named
        text = f"Secret `{named}` has to be in the namespace of the gateway's proxies"
    else:
        secret = MOUNTED_SECRET
        text = f"old Ingresses were served with Secret `{secret}`, whatever they named"
    run.approximate(old, ("spec", "tls", index), text)
    return secret


@dataclass(slots=True)
class _Rules:
    """Rules of one host, and where each was written."""

    http: list[HTTPRoute] = field(default_factory=list)
    parts: dict[Path, Part] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Writer:
    """Writes the VirtualServices of one Ingress."""

    old: Old[Ingress]
    gateway: str
    priority: tuple[int, int]
    """Of rules for every host, and what those for one host have more; 0 where none is needed."""
    run: Run

    def virtual_services(self) -> Iterator[ParsedObject]:
        """Return one for each host; what no path takes goes to the default backend."""
        by_host = self._by_host()
        default = self._default()
        if default is not None:
            by_host.setdefault(_ANY, _Rules())
        for host, rules in sorted(by_host.items()):
            if default is not None and not _ends_with_everything(rules.http):
                path, rule = default
                self._add(rules, rule, path)
            if rules.http:
                yield self._virtual_service(host, rules, alone=len(by_host) == 1)

    def _by_host(self) -> dict[str, _Rules]:
        """Sort paths as an Ingress asks them: the most specific first, whatever their order."""
        by_host: dict[str, _Rules] = {}
        for path, host, one in sorted(self._paths(), key=lambda found: _specific(found[2])):
            rules = by_host.setdefault(host, _Rules())
            route = self._route((*path, "backend"), one.backend)
            if route is not None and not _ends_with_everything(rules.http):
                self._add(rules, HTTPRoute(match=_matches(one), route=(route,)), path)
        return by_host

    def _paths(self) -> Iterator[tuple[Path, str, HTTPIngressPath]]:
        for index, rule in enumerate(self.old.object.spec.rules):
            for number, one in enumerate(rule.http.paths if rule.http is not None else ()):
                path: Path = ("spec", "rules", index, "http", "paths", number)
                yield path, rule.host.lower() or _ANY, one

    def _add(self, rules: _Rules, rule: HTTPRoute, path: Path) -> None:
        rules.parts["spec", "http", len(rules.http)] = (self.old.parsed.positions, path)
        rules.http.append(rule)

    def _default(self) -> tuple[Path, HTTPRoute] | None:
        spec = self.old.object.spec
        backend = spec.default_backend or spec.backend
        if backend is None:
            return None
        path: Path = ("spec", "backend" if spec.backend is not None else "defaultBackend")
        route = self._route(path, backend)
        return (path, HTTPRoute(route=(route,))) if route is not None else None

    def _route(self, path: Path, backend: IngressBackend) -> HTTPRouteDestination | None:
        service = backend.service
        name = service.name if service is not None else backend.service_name
        if not name:
            text = "a backend that is no service has no counterpart today; name a service"
            self.run.lost(self.old, path, text)
            return None
        self._note_rules(path, name)
        wanted = backend.service_port
        if service is not None and service.port is not None:
            wanted = service.port.number or service.port.name or None
        port = self._port(path, name, wanted)
        return HTTPRouteDestination(destination=Destination(host=name.lower(), port=port))

    def _note_rules(self, path: Path, name: str) -> None:
        domain = self.run.context.domain
        if whole(name, self.old.namespace, domain) in self.run.ruled:
            text = (
                f"the rules for {quoted(name)} were asked for these calls too, and today only for "
                "those of the mesh; write their routes here as well"
            )
            self.run.lost(self.old, path, text)

    def _port(self, path: Path, service: str, wanted: int | str | None) -> PortSelector | None:
        if wanted is None or isinstance(wanted, int):
            return PortSelector(number=wanted) if wanted is not None else None
        known = self.run.context.services.get((self.old.namespace, service))
        for port in known.spec.ports if known is not None else ():
            if port.name == wanted:
                return PortSelector(number=port.port)
        text = f"no Service beside this says which port `{wanted[:63]}` is; write its number"
        self.run.lost(self.old, path, text)
        return None

    def _virtual_service(self, host: str, rules: _Rules, *, alone: bool) -> ParsedObject:
        own, run = self.old.namespace, self.run
        suffix = "" if alone else f"-{name_for(host, own, run.context.domain).replace('.', '-')}"
        priority, lift = self.priority
        priority += lift if host != _ANY else 0
        annotations = {PRIORITY_ANNOTATION: str(priority)} if priority else {}
        name = run.free_name("VirtualService", own, f"{self.old.name}{suffix}")
        made = VirtualService(
            metadata=Metadata(name=name, namespace=own, annotations=annotations),
            spec=VirtualServiceSpec(
                hosts=(host,), gateways=(self.gateway,), http=tuple(rules.http)
            ),
        )
        places = ConvertedPlaces(self.old.parsed.positions, rules.parts)
        return ParsedObject(made, self.old.parsed.origin, places)


def _specific(one: HTTPIngressPath) -> tuple[bool, int]:
    """Exact paths come before beginnings, and of those the longest first."""
    uri = _matches(one)[-1].uri
    beginning = uri.prefix if uri is not None else None
    return beginning is not None, -len(beginning or "")


def _matches(one: HTTPIngressPath) -> tuple[HTTPMatchRequest, ...]:
    """Return the conditions of a path. A `Prefix` is one of whole path elements."""
    path = one.path
    if one.path_type == "Prefix":
        bare = path.rstrip("/")
        if not bare:
            return _EVERY_CALL
        return (_match(StringMatch(exact=bare)), _match(StringMatch(prefix=f"{bare}/")))
    if one.path_type == "Exact":
        return (_match(StringMatch(exact=path or "/")),)
    if path.endswith(_BEGINNING):
        return (_match(StringMatch(prefix=path.removesuffix(_BEGINNING) or "/")),)
    return (_match(StringMatch(exact=path)),) if path else _EVERY_CALL


def _match(uri: StringMatch) -> HTTPMatchRequest:
    return HTTPMatchRequest(uri=uri)


def _ends_with_everything(rules: Sequence[HTTPRoute]) -> bool:
    return bool(rules) and (not rules[-1].match or rules[-1].match == _EVERY_CALL)
