"""Builds the registry from a cluster's objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from libs.kernel.origins import ObjectKey
from libs.kernel.tables import Table
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.serviceentry import ServiceEntry
from libs.registry.entries import entry_services
from libs.registry.exports import exported
from libs.registry.kubernetes import kubernetes_service
from libs.registry.labels import wears
from libs.registry.onemesh import is_foreign
from libs.registry.service import Described, Endpoint, Service, ServicePort
from libs.registry.settings import RegistrySettings
from libs.registry.sources import Sources

DEFAULT_DOMAIN = "cluster.local"
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True)
class Instance:
    """A proxy's workload as one endpoint of one service's port. `number` is the workload's own."""

    service: Service
    port: ServicePort
    number: int


@dataclass(frozen=True, slots=True)
class Registry:
    """All services and their endpoints by host name, in the order of names.

    `addresses` maps an address to the endpoints there, each with the host of its service.
    `sources` and `settings` are what the rest is made from: no consumer's business.
    """

    domain: str
    services: Mapping[str, Service]
    endpoints: Mapping[str, tuple[Endpoint, ...]] = field(default_factory=dict)
    addresses: Mapping[str, tuple[tuple[str, Endpoint], ...]] = field(default_factory=dict)
    sources: Sources = field(default_factory=lambda: Sources(DEFAULT_DOMAIN), repr=False)
    settings: RegistrySettings = field(default_factory=RegistrySettings)

    def instances_of(
        self, ips: Iterable[str], namespace: str, labels: Mapping[str, str]
    ) -> tuple[Instance, ...]:
        """Return which service ports a proxy's workload serves, by service and port number.

        Endpoints with one of its addresses decide; a service whose endpoints are not known selects
        by labels instead, within the namespace.
        """
        found = [
            instance
            for ip in ips
            for host, endpoint in self.addresses.get(ip, ())
            for instance in _of_endpoint(self.services[host], endpoint)
        ]
        if not found:
            found = [
                instance
                for service in self.services.values()
                if service.selector and service.namespace == namespace and _selects(service, labels)
                for instance in _of_selector(service)
            ]
        ordered = {(one.service.hostname, one.port.number): one for one in reversed(found)}
        return tuple(ordered[key] for key in sorted(ordered))


def build_registry(
    objects: Iterable[MeshObject],
    domain: str = DEFAULT_DOMAIN,
    settings: RegistrySettings | None = None,
) -> Registry:
    """Collect services; of two with one host the Kubernetes one counts, then the older one.

    ServiceEntries of one namespace with one host are one service with the endpoints of all.
    """
    said = settings or RegistrySettings()
    empty = Registry(domain, {}, sources=Sources(domain), settings=said)
    return changed_registry(empty, (), objects)


def changed_registry(
    former: Registry, removed: Iterable[MeshObject], added: Iterable[MeshObject]
) -> Registry:
    """Return the registry after some objects went and others came; what stays is the same.

    Every host is described by itself, from the objects that name it.
    """
    sources, hosts = former.sources.changed(removed, added)
    described = _Describing(sources, former.settings)
    found = {host: one for host in hosts if (one := described(host)) is not None}
    gone = hosts - found.keys()
    services = _updated(former.services, {host: found[host].service for host in found}, gone)
    endpoints = _updated(former.endpoints, {host: found[host].endpoints for host in found}, gone)
    return replace(
        former,
        services=services,
        endpoints=endpoints,
        addresses=_addresses(former, endpoints, hosts),
        sources=sources,
    )


class _Describing:
    """Describes hosts; an entry with many hosts is read once for all of them."""

    def __init__(self, sources: Sources, settings: RegistrySettings) -> None:
        self._sources, self._settings = sources, settings
        self._entries: dict[ObjectKey, Mapping[str, Described]] = {}

    def __call__(self, host: str) -> Described | None:
        found = self._of_core(host)
        for entry in self._sources.entries.get(host, ()):
            added = self._bounded(_exported(self._of_entry(entry)[host], self._settings.exports))
            found = _merged(found, added) if found is not None else added
        return found

    def _of_core(self, host: str) -> Described | None:
        service = self._sources.core.get(host)
        if service is None:
            return None
        slices = self._sources.slices.get((service.namespace, service.metadata.name), ())
        if self._settings.is_local(host):
            slices = tuple(one for one in slices if not is_foreign(one))
        workloads = self._sources.workloads.get(service.namespace, {})
        sources = self._sources
        made = kubernetes_service(service, slices, workloads, sources.pods, sources.domain)
        return _exported(made, self._settings.exports)

    def _bounded(self, one: Described) -> Described:
        """Let no more namespaces see an entry than the mesh allows."""
        service = one.service
        known = self._sources.namespaces
        seen_by = self._settings.bounded(service.exported_to, service.namespace, known)
        if seen_by == service.exported_to:
            return one
        return Described(replace(service, exported_to=seen_by), one.endpoints)

    def _of_entry(self, entry: ServiceEntry) -> Mapping[str, Described]:
        if entry.key not in self._entries:
            workloads = self._sources.workloads.get(entry.namespace, {}).values()
            made = entry_services(entry, workloads)
            self._entries[entry.key] = {one.service.hostname: one for one in made}
        return self._entries[entry.key]


def _exported(one: Described, default: tuple[str, ...]) -> Described:
    """Complete who sees a service, which has it as it is written until here."""
    service = one.service
    seen_by = exported(sorted(service.exported_to), service.namespace, default)
    if seen_by == service.exported_to:
        return one
    return Described(replace(service, exported_to=seen_by), one.endpoints)


def _updated(
    known: Mapping[str, _V], found: Mapping[str, _V], gone: Iterable[str]
) -> Mapping[str, _V]:
    """Change a table in the order of names; the same table when nothing in it changes."""
    other = {host: one for host, one in found.items() if host not in known or known[host] != one}
    lost = [host for host in gone if host in known]
    if not other and not lost:
        return known
    result = {**known, **other}
    for host in lost:
        del result[host]
    same = not lost and len(result) == len(known)
    return Table(result if same else dict(sorted(result.items())), known, (*other, *lost))


def _merged(former: Described, other: Described) -> Described:
    """Add what another entry of the same namespace says about a host; foreign ones are left."""
    service = former.service
    if service.kubernetes or service.namespace != other.service.namespace:
        return former
    numbers = {port.number for port in service.ports}
    added = tuple(port for port in other.service.ports if port.number not in numbers)
    endpoints = former.endpoints + tuple(
        one for one in other.endpoints if one not in former.endpoints
    )
    return Described(replace(service, ports=service.ports + added), endpoints)


def _addresses(
    former: Registry, endpoints: Mapping[str, tuple[Endpoint, ...]], hosts: Iterable[str]
) -> Mapping[str, tuple[tuple[str, Endpoint], ...]]:
    """Bring the table of addresses up to date for some hosts."""
    moved = {
        host for host in hosts if former.endpoints.get(host, ()) is not endpoints.get(host, ())
    }
    if not moved:
        return former.addresses
    listed = [(host, one) for host in sorted(moved) for one in endpoints.get(host, ())]
    reached = {one.address for host in moved for one in former.endpoints.get(host, ())}
    changed: dict[str, list[tuple[str, Endpoint]]] = {
        address: [pair for pair in former.addresses.get(address, ()) if pair[0] not in moved]
        for address in reached | {one.address for _, one in listed}
    }
    for host, one in listed:
        changed[one.address].append((host, one))
    pairs = {
        address: tuple(sorted(found, key=lambda pair: pair[0]))
        for address, found in changed.items()
    }
    result = {**former.addresses, **pairs}
    for address in [address for address, found in pairs.items() if not found]:
        del result[address]
    return Table(result, former.addresses, tuple(pairs))


def _of_endpoint(service: Service, endpoint: Endpoint) -> Iterable[Instance]:
    for port in service.ports:
        number = endpoint.ports.get(port.name)
        if number is not None:
            yield Instance(service, port, number)


def _selects(service: Service, labels: Mapping[str, str]) -> bool:
    return bool(service.selector) and wears(labels, service.selector)


def _of_selector(service: Service) -> Iterable[Instance]:
    for port in service.ports:
        if isinstance(port.target_port, int):
            yield Instance(service, port, port.target_port)
