"""A host that is one thing in some clusters and another thing in others.

Calls go by host, so whoever calls it from two clusters, or fails over from one to the other, finds
something else there. Endpoints may differ: that is what several clusters are for.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from libs.desired.finding import Finding
from libs.kernel.ids import ClusterName
from libs.lint import rules
from libs.lint.clusterview import ClusterView
from libs.lint.hostservices import ENTRY_HOSTS, SERVICE_HOSTS, exact_service
from libs.lint.interface import across
from libs.lint.subject import Subject, report
from libs.lint.wholefleet import WholeFleet
from libs.meshapi.service import Service as CoreService
from libs.meshapi.serviceentry import ServiceEntry
from libs.registry.service import Resolution, Service

_RESOLUTIONS = {
    Resolution.ENDPOINTS: "with listed endpoints",
    Resolution.DNS: "resolved by DNS",
    Resolution.DNS_ROUND_ROBIN: "resolved by DNS at each connection",
    Resolution.DYNAMIC_DNS: "looked up by the name that is asked for",
    Resolution.PASSTHROUGH: "without an address of its own",
}


class Shape(NamedTuple):
    """What callers of a host depend on."""

    kubernetes: bool
    outside: bool
    resolution: Resolution
    ports: tuple[tuple[int, str], ...]

    def __str__(self) -> str:
        """Describe it so that a difference is seen."""
        what = "a Service" if self.kubernetes else "a service of its own entry"
        where = " outside of the mesh" if self.outside else ""
        listed = ", ".join(f"{number} ({protocol})" for number, protocol in self.ports)
        ports = f"ports {listed}" if listed else "no ports"
        return f"{what}{where} {_RESOLUTIONS[self.resolution]}, {ports}"


def _of_service(fleet: WholeFleet, one: Subject[CoreService]) -> Iterator[Finding]:
    domain = fleet.clusters[0].domain if fleet.clusters else ""
    yield from _differences(fleet, one, SERVICE_HOSTS.keys(one.object, domain))


def _of_entry(fleet: WholeFleet, one: Subject[ServiceEntry]) -> Iterator[Finding]:
    yield from _differences(fleet, one, one.object.spec.hosts)


CHECKS = (across(CoreService, _of_service), across(ServiceEntry, _of_entry))


def _differences(fleet: WholeFleet, one: Subject[Any], hosts: Iterable[Any]) -> Iterator[Finding]:
    for host in dict.fromkeys(hosts):
        declared = (*fleet.find(SERVICE_HOSTS, host), *fleet.find(ENTRY_HOSTS, host))
        if len({each.clusters for each in declared}) > 1:
            yield from _difference(fleet, one, host, declared)


def _difference(
    fleet: WholeFleet, one: Subject[Any], host: str, declared: Sequence[Subject[Any]]
) -> Iterator[Finding]:
    """Report an object that makes a host unlike what it is in most clusters."""
    found = _shapes(fleet.clusters, host)
    usual = max(found, key=lambda shape: len(found[shape]), default=None)
    for shape, services in found.items():
        mine = [
            name
            for name, service in services.items()
            if service.origin == one.key and name in one.clusters
        ]
        if usual is not None and shape != usual and mine:
            text = (
                f"in {_clusters(services)}, `{host}` is {shape}; in {_clusters(found[usual])} it "
                f"is {usual}; make them alike, or give one of them another host"
            )
            alike = shape.kubernetes and usual.kubernetes
            rule = rules.SERVICE_DIFFERS if alike else rules.HOST_DIFFERS
            said = report(rule, one, (), text, _makers(found[usual], declared))
            yield replace(said, clusters=tuple(services))


def _shapes(
    clusters: Iterable[ClusterView], host: str
) -> Mapping[Shape, dict[ClusterName, Service]]:
    found: dict[Shape, dict[ClusterName, Service]] = {}
    for view in clusters:
        service = view.derive(exact_service, host)
        if service is not None:
            found.setdefault(_shape(service), {})[view.name] = service
    return found


def _shape(service: Service) -> Shape:
    ports = sorted((port.number, port.protocol.value) for port in service.ports)
    return Shape(service.kubernetes, service.mesh_external, service.resolution, tuple(ports))


def _clusters(services: Mapping[ClusterName, Service]) -> str:
    noun = "cluster" if len(services) == 1 else "clusters"
    return f"{noun} {', '.join(f'`{name}`' for name in services)}"


def _makers(
    services: Mapping[ClusterName, Service], declared: Sequence[Subject[Any]]
) -> Sequence[Subject[Any]]:
    """Return the first object behind what is usual."""
    for name, service in services.items():
        for each in declared:
            if each.key == service.origin and name in each.clusters:
                return (each,)
    return ()
