"""Parts of a VirtualService's rules that do not do what they seem to."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product

from libs.compile.hosts import fqdn
from libs.compile.rules import gateway_name
from libs.desired.finding import Finding
from libs.kernel.messages import Level
from libs.lint import istiorules, kialirules, rules
from libs.lint.clusterview import ClusterView
from libs.lint.destinations import destinations
from libs.lint.gateways import GENERATED
from libs.lint.index import Index
from libs.lint.interface import each
from libs.lint.nearness import nearest
from libs.lint.subject import Path, Subject, report
from libs.meshapi.virtualservice import (
    MESH_GATEWAY,
    HTTPRouteDestination,
    RouteDestination,
    VirtualService,
)

_WHOLE = 100


def _choosing(obj: VirtualService, domain: str) -> Iterator[str]:
    """Return the own hosts among whose subsets rules for sidecars alone choose."""
    if set(obj.spec.gateways) == {MESH_GATEWAY}:
        hosts = {fqdn(host, obj.namespace, domain) for host in obj.spec.hosts}
        for _, target in destinations(obj.spec):
            host = fqdn(target.host, obj.namespace, domain)
            if target.subset and host in hosts:
                yield host


_CHOOSING = Index(VirtualService, _choosing)
_NAMED = Index(VirtualService, lambda one, _: ((one.namespace, one.metadata.name),))
_DELEGATES = Index(VirtualService, lambda one, _: () if one.spec.hosts else (one.metadata.name,))


def check(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    """Check weights, names of gateways, delegates, and rules that a gateway's calls never see."""
    spec = one.object.spec
    for protocol in ("http", "tls", "tcp"):
        for index, rule in enumerate(getattr(spec, protocol)):
            path: Path = ("spec", protocol, index, "route")
            yield from _single(one, path, rule.route)
            yield from _repeated(view, one, path, rule.route)
    for index, name in enumerate(spec.gateways):
        yield from _gateway(one, ("spec", "gateways", index), name)
    yield from _delegates(view, one)
    if any(name != MESH_GATEWAY for name in spec.gateways):
        yield from _past_subsets(view, one)


CHECKS = (each(VirtualService, check),)


def _single(
    one: Subject[VirtualService],
    path: Path,
    route: Sequence[HTTPRouteDestination | RouteDestination],
) -> Iterator[Finding]:
    if len(route) != 1 or route[0].weight in (0, _WHOLE):
        return
    text = (
        f"weight {route[0].weight} has no effect, since this is the only destination and gets "
        "everything; remove it, or add the other destinations"
    )
    yield report(kialirules.SINGLE_WEIGHT, one, (*path, 0, "weight"), text)


def _repeated(
    view: ClusterView,
    one: Subject[VirtualService],
    path: Path,
    route: Sequence[HTTPRouteDestination | RouteDestination],
) -> Iterator[Finding]:
    seen: list[tuple[object, ...]] = []
    for index, item in enumerate(route if len(route) > 1 else ()):
        target = item.destination
        host = fqdn(target.host, one.namespace, view.domain)
        key = (host, target.subset, target.port, getattr(item, "headers", None))
        seen.append(key)
        former = seen.index(key)
        if former != index:
            what = f"subset `{target.subset}` of `{host}`" if target.subset else f"`{host}`"
            text = f"{what} is destination {former + 1} of this rule already; add up their weights"
            yield report(kialirules.SUBSET_REPEATED, one, (*path, index, "destination"), text)


def _delegates(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    for index, rule in enumerate(one.object.spec.http):
        if rule.delegate is None:
            continue
        where = rule.delegate.namespace or one.namespace
        key = replace(one.key, name=rule.delegate.name, namespace=where)
        found = view.find(_NAMED, (key.namespace, key.name))
        path: Path = ("spec", "http", index, "delegate")
        if not found:
            near = nearest(key.name, view.keys(_DELEGATES))
            hint = f"did you mean `{near}`?" if near else "write one, or correct the name"
            text = f"there is no {key} to go on with; {hint}"
            yield report(rules.MISSING.as_level(view.absence()), one, path, text)
        elif found[-1].object.spec.hosts:
            text = f"{key} has hosts of its own, so nothing is delegated to it; remove its hosts"
            yield report(rules.MISSING.as_level(Level.WARNING), one, path, text, found)


def _gateway(one: Subject[VirtualService], path: Path, name: str) -> Iterator[Finding]:
    if GENERATED in name:
        text = (
            f"`{name}` is made from an object of the Gateway API and may go with it; "
            "write an HTTPRoute for that object instead"
        )
        yield report(istiorules.INTERNAL_GATEWAY, one, path, text)
    elif "." in name and "/" not in name:
        full = gateway_name(name, one.namespace)
        text = f"`{name}` names a gateway as a host, an old form; write `{full}`"
        yield report(kialirules.OLD_GATEWAY_NAME, one, path, text)


def _past_subsets(view: ClusterView, one: Subject[VirtualService]) -> Iterator[Finding]:
    for path, target in destinations(one.object.spec):
        host = fqdn(target.host, one.namespace, view.domain)
        for other in () if target.subset else view.find(_CHOOSING, host):
            if _chooses(view, other, host):
                text = (
                    f"calls through this gateway do not see the rules of {other.key} for `{host}`, "
                    "which are for sidecars; write the subset here as well, or add the gateway "
                    "there"
                )
                yield report(istiorules.NOT_AT_INGRESS, one, (*path, "host"), text, [other])
                return


def _chooses(view: ClusterView, one: Subject[VirtualService], host: str) -> bool:
    """Say whether a rule's subset leaves out any known workload of a service."""
    subsets = {
        target.subset
        for _, target in destinations(one.object.spec)
        if target.subset and fqdn(target.host, one.namespace, view.domain) == host
    }
    service = view.service(host) if len(subsets) == 1 else None
    if service is None:
        return True
    known = view.policies(host, service.namespace, one.namespace)
    chosen = [policy.subsets[name] for policy in known for name in subsets & policy.subsets.keys()]
    return not chosen or not all(
        subset.labels.items() <= endpoint.labels.items()
        for subset, endpoint in product(chosen, view.endpoints(host))
    )
