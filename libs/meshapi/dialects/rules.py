"""Rules of one old object that a type cannot say."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from libs.meshapi.dialects.destinationpolicy import DestinationPolicy
from libs.meshapi.dialects.egressrule import EgressRule
from libs.meshapi.dialects.ingress import OLD_VERSIONS, Ingress, IngressBackend
from libs.meshapi.dialects.istioservice import IstioService
from libs.meshapi.dialects.oldest import OldestRouteRule
from libs.meshapi.dialects.routerule import RouteRule
from libs.meshapi.matches import StringMatch
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.problems import Path, Problem
from libs.meshapi.rules import names
from libs.meshapi.rules.common import listing, unique, written

_WEIGHTS_SUM = 100


def check_route_rule(obj: RouteRule) -> Iterator[Problem]:
    """Check the destination, matches, shares, and what excludes what."""
    spec = obj.spec
    yield from _destination(("spec", "destination"), spec.destination, wildcard=True)
    if spec.destination.labels:
        text = "the labels of a rule's destination choose nothing; write them under `spec.route`"
        yield Problem(("spec", "destination", "labels"), text, at_key=True)
    if spec.match is not None and spec.match.request is not None:
        yield from _headers(("spec", "match", "request", "headers"), spec.match.request.headers)
    for index, one in enumerate(spec.route):
        if one.destination is not None:
            yield from _destination(("spec", "route", index, "destination"), one.destination)
    if spec.mirror is not None:
        yield from _destination(("spec", "mirror"), spec.mirror)
    yield from _weights([one.weight for one in spec.route])
    yield from _redirect(spec)


def check_oldest(obj: OldestRouteRule) -> Iterator[Problem]:
    """Check matches, shares, and what excludes what."""
    if obj.spec.match is not None:
        yield from _headers(("spec", "match", "httpHeaders"), obj.spec.match.http_headers)
    yield from _weights([one.weight for one in obj.spec.route])
    yield from _redirect(obj.spec)


def check_policy(obj: DestinationPolicy) -> Iterator[Problem]:
    """Check that the destination is named."""
    yield from _destination(("spec", "destination"), obj.spec.destination, wildcard=True)


def check_egress(obj: EgressRule) -> Iterator[Problem]:
    """Check the host or the range, and the ports."""
    target = obj.spec.destination.service
    path: Path = ("spec", "destination", "service")
    fault = None if names.is_network(target) else names.host_fault(target)
    if fault is not None or target == names.ANYWHERE:
        yield Problem(path, fault or "host `*` would be every service; write a DNS name")
    if not obj.spec.ports:
        yield Problem(("spec", "ports"), "the rule opens no port; write at least one")
    yield from unique(("spec", "ports"), [one.port for one in obj.spec.ports], "port", "port")
    for index, one in enumerate(obj.spec.ports):
        if names.is_network(target) and one.protocol not in ("tcp", "mongo", "redis"):
            text = f"addresses are opened for TCP only; write `tcp` instead of `{one.protocol}`"
            yield Problem(("spec", "ports", index, "protocol"), text)


def check_ingress(obj: Ingress) -> Iterator[Problem]:
    """Check that backends are spelt as the API version spells them, and that there are some."""
    old = obj.api_version in OLD_VERSIONS
    default, other = ("backend", "defaultBackend") if old else ("defaultBackend", "backend")
    by_name = {"backend": obj.spec.backend, "defaultBackend": obj.spec.default_backend}
    if by_name[other] is not None:
        text = f"`{obj.api_version}` has no `{other}`; write `{default}`"
        yield Problem(("spec", other), text, at_key=True)
    for path, backend in backends(obj):
        yield from _backend(path, backend, old=old)
    if not any(True for _ in backends(obj)):
        yield Problem(("spec",), "the Ingress leads nowhere; write `rules` with paths")
    for index, rule in enumerate(obj.spec.rules):
        fault = names.host_fault(rule.host) if rule.host else None
        if fault is not None:
            yield Problem(("spec", "rules", index, "host"), fault)


def backends(obj: Ingress) -> Iterator[tuple[Path, IngressBackend]]:
    """Return every backend with its path."""
    for name, default in (
        ("backend", obj.spec.backend),
        ("defaultBackend", obj.spec.default_backend),
    ):
        if default is not None:
            yield ("spec", name), default
    for index, rule in enumerate(obj.spec.rules):
        for number, one in enumerate(rule.http.paths if rule.http is not None else ()):
            yield ("spec", "rules", index, "http", "paths", number, "backend"), one.backend


def _backend(path: Path, backend: IngressBackend, *, old: bool) -> Iterator[Problem]:
    fields = ("service_name", "service_port") if old else ("service", "resource")
    foreign = ("service", "resource") if old else ("service_name", "service_port")
    wrong, right = written(backend, *foreign), written(backend, *fields)
    if wrong:
        instead = "`serviceName` and `servicePort`" if old else "`service` with `name` and `port`"
        yield Problem((*path, wrong[0]), f"this API version writes {instead}", at_key=True)
    elif not right or (old and not backend.service_name):
        name = "serviceName" if old else "service"
        yield Problem(path, f"the backend names no service; write `{name}`")


def _destination(path: Path, service: IstioService, *, wildcard: bool = False) -> Iterator[Problem]:
    if not (service.name or service.service):
        yield Problem(path, "no service is named; write `name`, or `service` with a whole host")
        return
    named = service.service or service.name
    fault = None if names.is_ip(named) else names.host_fault(named, wildcard=wildcard)
    if fault is not None:
        yield Problem((*path, "service" if service.service else "name"), fault)


def _headers(path: Path, headers: Mapping[str, StringMatch]) -> Iterator[Problem]:
    for name, match in headers.items():
        kinds = written(match, "exact", "prefix", "regex")
        if len(kinds) != 1:
            text = "a match needs exactly one of `exact`, `prefix` and `regex`"
            yield Problem((*path, name), f"{text}; write one")


def _weights(weights: Sequence[int]) -> Iterator[Problem]:
    total = sum(weights)
    if weights and total != _WEIGHTS_SUM and not (len(weights) == 1 and total == 0):
        text = f"the weights add up to {total}; write weights that add up to {_WEIGHTS_SUM}"
        yield Problem(("spec", "route"), text)


def _redirect(spec: Any) -> Iterator[Problem]:
    if spec.redirect is None:
        return
    others = [name for name in ("route", "rewrite", "http_fault") if getattr(spec, name)]
    if others:
        names_there = written(spec, *others)
        text = f"`redirect` excludes {listing(names_there)}; keep one of them"
        yield Problem(("spec", names_there[0]), text, at_key=True)


RULES: Mapping[type[MeshObject], Callable[[Any], Iterator[Problem]]] = MappingProxyType(
    {
        DestinationPolicy: check_policy,
        EgressRule: check_egress,
        Ingress: check_ingress,
        OldestRouteRule: check_oldest,
        RouteRule: check_route_rule,
    }
)
"""What is checked of each kind; the others are right when their types are."""
