"""The proxies from which a whole cluster is seen: one for each view that may differ."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final

from libs.compile.attachments import Attachments
from libs.compile.proxy import Proxy, ProxyType, proxy_class
from libs.compile.world import World
from libs.kernel.ids import ClassKey
from libs.registry.labels import wears
from libs.registry.service import Endpoint

AGENT: Final = {"PERIPLUS_AGENT": "true"}
"""Workloads of a mesh have certificates: without one a demand for mutual TLS could not be met."""

_CLIENT_ADDRESS = "192.0.2.9"
"""An address for documentation, which no workload has: a client's, of whom nothing is called."""


@dataclass(frozen=True, slots=True)
class Vantage:
    """A proxy that stands for all that have its view, and what they are called."""

    name: str
    proxy: Proxy


def vantages(world: World, *, inbound: bool) -> tuple[Vantage, ...]:
    """Return gateways and callers; with `inbound` every kind of workload that is called as well.

    A workload is known by the endpoints of services; a gateway of which no endpoint is known is
    thought to be there, in the namespace of the Gateway that selects it.
    """
    seen = [*_gateways(world), *_callers(world), *(_called(world) if inbound else ())]
    found: dict[ClassKey, Vantage] = {}
    for vantage in seen:
        placed = replace(vantage.proxy, cluster=world.cluster)
        found.setdefault(proxy_class(placed, world), Vantage(vantage.name, placed))
    return tuple(found.values())


def _gateways(world: World) -> Iterator[Vantage]:
    for gateway in world.gateways:
        wanted = gateway.spec.selector
        known = [
            Proxy(ProxyType.ROUTER, one.namespace, (one.address,), labels=one.labels)
            for _, one in _endpoints(world)
            if wanted and wears(one.labels, wanted)
        ]
        alone = Proxy(ProxyType.ROUTER, gateway.namespace, labels=wanted)
        for proxy in known or [alone]:
            yield Vantage(f"gateways{_in_words(wanted)} of {proxy.namespace}", proxy)


def _callers(world: World) -> Iterator[Vantage]:
    """Yield a caller for each namespace, and for the labels that any rule there is about."""
    keys = _asked_labels(world)
    for namespace in sorted({one.namespace for one in world.registry.services.values()}):
        yield Vantage(f"sidecars of {namespace}", _caller(namespace, {}))
    for host, one in _endpoints(world):
        namespace = one.namespace or world.registry.services[host].namespace
        labels = {key: value for key, value in one.labels.items() if keys is None or key in keys}
        if labels and not _is_gateway(world, one):
            name = f"sidecars{_in_words(labels)} of {namespace}"
            yield Vantage(name, _caller(namespace, labels))


def _caller(namespace: str, labels: Mapping[str, str]) -> Proxy:
    return Proxy(ProxyType.SIDECAR, namespace, (_CLIENT_ADDRESS,), labels=labels)


def _called(world: World) -> Iterator[Vantage]:
    for host, one in _endpoints(world):
        if not _is_gateway(world, one):
            proxy = Proxy(
                ProxyType.SIDECAR,
                one.namespace or world.registry.services[host].namespace,
                (one.address,),
                labels=one.labels,
                service_account=one.service_account or "default",
                metadata=AGENT,
            )
            yield Vantage(f"sidecars of {host}", proxy)


def _is_gateway(world: World, one: Endpoint) -> bool:
    selectors = (each.spec.selector for each in world.gateways)
    return any(wanted and wears(one.labels, wanted) for wanted in selectors)


def _endpoints(world: World) -> Iterator[tuple[str, Endpoint]]:
    for host, endpoints in world.registry.endpoints.items():
        yield from ((host, one) for one in endpoints)


def _in_words(labels: Mapping[str, str]) -> str:
    return "".join(f" {key}={value}" for key, value in sorted(labels.items()))


def _asked_labels(world: World) -> frozenset[str] | None:
    """Return the labels of callers that any object asks for; None where that is not known."""
    if world.attached != Attachments():
        return None
    asked: set[str] = set()
    for sidecar in (one for members in world.sidecars.values() for one in members):
        selector = sidecar.spec.workload_selector
        asked.update(selector.labels if selector is not None else ())
    for rules in world.rules:
        callers = (
            *(match.source_labels for one in rules.http for match in one.match),
            *(match.source_labels for one in rules.tls for match in one.match),
            *(match.source_labels for one in rules.tcp for match in one.match),
        )
        asked.update(key for labels in callers for key in labels)
    for policies in world.policies.local.values():
        asked.update(key for one in policies for key in one.selector or ())
    return frozenset(asked)
