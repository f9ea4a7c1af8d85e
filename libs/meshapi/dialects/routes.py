"""RouteRules as VirtualServices: all rules of one host become the list of one object."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from libs.meshapi.dialects.httprules import http_rule, takes_everything
from libs.meshapi.dialects.istioservice import host_of, split, written
from libs.meshapi.dialects.places import ConvertedPlaces, Part
from libs.meshapi.dialects.routerule import RouteRule
from libs.meshapi.dialects.run import Old, Run
from libs.meshapi.metadata import Metadata
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.problems import Path
from libs.meshapi.quoting import quoted
from libs.meshapi.virtualservice import (
    Destination,
    HTTPRoute,
    HTTPRouteDestination,
    VirtualService,
    VirtualServiceSpec,
)

_NO_NAME = re.compile(r"[^a-z0-9.]+")
_NAME_EDGE = re.compile(r"(?<![a-z0-9])-+|-+(?![a-z0-9])")


def virtual_services(rules: Sequence[Old[RouteRule]], run: Run) -> Iterator[ParsedObject]:
    """Return one VirtualService for each host, by host."""
    by_host: dict[str, list[Old[RouteRule]]] = {}
    for one in sorted(rules, key=_order):
        host = host_of(one.object.spec.destination, one.namespace, run.context.domain)
        by_host.setdefault(host, []).append(one)
    for host, found in sorted(by_host.items()):
        if host.startswith("*"):
            for old in found:
                text = f"no route of today leads to {quoted(host)}; write a rule for each host"
                run.lost(old, ("spec", "destination"), text)
            continue
        made = _virtual_service(host, found, run)
        if made is not None:
            yield made


def home_of(host: str, former: str, domain: str) -> str:
    """Return the namespace for objects about a host, where every caller finds them.

    That is the service's own; outside of the mesh, that of the old object, `former`.
    """
    found = split(host, domain)
    return found[0] if found is not None else former


def name_for(host: str, namespace: str, domain: str) -> str:
    """Return the name of an object about a host: the host as short as it may be written."""
    short = written(host, namespace, domain).removesuffix(f".svc.{domain}")
    plain = _NO_NAME.sub("-", short.replace("*", "all."))
    parts = [part for part in _NAME_EDGE.sub("", plain).split(".") if part]
    return ".".join(parts) or "converted"


def _order(one: Old[RouteRule]) -> tuple[int, str, str]:
    """The highest precedence first; old meshes broke ties by the name of the rule."""
    return -one.object.spec.precedence, one.namespace, one.name


@dataclass(slots=True)
class _Rules:
    """Rules so far, and where each was written."""

    http: list[HTTPRoute] = field(default_factory=list)
    parts: dict[Path, Part] = field(default_factory=dict)

    def add(self, rule: HTTPRoute, old: Old[RouteRule], path: Path) -> None:
        """Add a rule that stands at `path` of an old one."""
        self.parts["spec", "http", len(self.http)] = (old.parsed.positions, path)
        self.http.append(rule)


def _virtual_service(host: str, found: Sequence[Old[RouteRule]], run: Run) -> ParsedObject | None:
    first = found[0]
    domain = run.context.domain
    namespace = home_of(host, first.namespace, domain)
    rules = _Rules()
    for old in found:
        if rules.http and takes_everything(rules.http[-1]):
            before = rules.http[-1].name
            text = f"rule `{before}` comes before it and takes every call, so it is left out"
            run.approximate(old, (), text)
            continue
        rule = http_rule(old, namespace, run)
        if rule is not None:
            rules.add(rule, old, ("spec",))
    if not rules.http:
        return None
    run.ruled.add(host)
    _note_defaults(found, run)
    target = written(host, namespace, domain)
    if not takes_everything(rules.http[-1]):
        rest = HTTPRouteDestination(destination=Destination(host=target))
        rules.add(HTTPRoute(route=(rest,)), first, ("spec", "destination"))
    made = VirtualService(
        metadata=Metadata(
            name=run.free_name("VirtualService", namespace, name_for(host, namespace, domain)),
            namespace=namespace,
        ),
        spec=VirtualServiceSpec(hosts=(target,), http=tuple(rules.http)),
    )
    places = ConvertedPlaces(first.parsed.positions, rules.parts)
    return ParsedObject(made, first.parsed.origin, places)


def _note_defaults(found: Sequence[Old[RouteRule]], run: Run) -> None:
    """Say once per host what old proxies did without being told."""
    for old in found:
        spec = old.object.spec
        if spec.redirect is None and not (spec.http_req_timeout and spec.http_req_retries):
            text = (
                "where a rule says nothing, calls used to end after 15 s and were never retried; "
                "write `timeout: 15s` and `retries: {attempts: 0}` to keep that"
            )
            run.approximate(old, ("spec",), text)
            return
