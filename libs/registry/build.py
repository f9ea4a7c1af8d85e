"""Builds the registry from a cluster's objects."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.service import Service as CoreService
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.workloadentry import WorkloadEntry
from libs.registry.entries import entry_services
from libs.registry.exports import exported
from libs.registry.kubernetes import kubernetes_service, slices_by_service
from libs.registry.order import age
from libs.registry.service import Described, Endpoint, Service, ServicePort
from libs.registry.workloads import Workload, workloads

DEFAULT_DOMAIN = "cluster.local"
_Kind = TypeVar("_Kind", bound=MeshObject)


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
    """

    domain: str
    services: Mapping[str, Service]
    endpoints: Mapping[str, tuple[Endpoint, ...]] = field(default_factory=dict)
    addresses: Mapping[str, tuple[tuple[str, Endpoint], ...]] = field(default_factory=dict)

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
                if service.namespace == namespace and _selects(service, labels)
                for instance in _of_selector(service)
            ]
        ordered = {(one.service.hostname, one.port.number): one for one in reversed(found)}
        return tuple(ordered[key] for key in sorted(ordered))


def build_registry(
    objects: Iterable[MeshObject], domain: str = DEFAULT_DOMAIN, exports: Iterable[str] = ()
) -> Registry:
    """Collect services; of two with one host the Kubernetes one counts, then the older one.

    ServiceEntries of one namespace with one host are one service with the endpoints of all.
    `exports` is the mesh's `exportTo` for services that say nothing.
    """
    default = tuple(exports)
    objects = tuple(objects)
    known = workloads(_of_kind(objects, WorkloadEntry))
    found: dict[str, Described] = {}
    for one in _kubernetes_services(objects, known, domain):
        found.setdefault(one.service.hostname, _exported(one, default))
    for entry in sorted(_of_kind(objects, ServiceEntry), key=age):
        for one in entry_services(entry, known.get(entry.namespace, ())):
            host, added = one.service.hostname, _exported(one, default)
            found[host] = _merged(found[host], added) if host in found else added
    services = {host: found[host].service for host in sorted(found)}
    endpoints = {host: found[host].endpoints for host in services}
    return Registry(domain, services, endpoints, _addresses(endpoints))


def _exported(one: Described, default: tuple[str, ...]) -> Described:
    """Complete who sees a service, which has it as it is written until here."""
    service = one.service
    seen_by = exported(sorted(service.exported_to), service.namespace, default)
    if seen_by == service.exported_to:
        return one
    return Described(replace(service, exported_to=seen_by), one.endpoints)


def _of_kind(objects: Iterable[MeshObject], kind: type[_Kind]) -> tuple[_Kind, ...]:
    return tuple(one for one in objects if isinstance(one, kind))


def _kubernetes_services(
    objects: Iterable[MeshObject], known: Mapping[str, tuple[Workload, ...]], domain: str
) -> Iterable[Described]:
    slices = slices_by_service(_of_kind(objects, EndpointSlice))
    by_name = {
        namespace: {workload.name: workload for workload in found}
        for namespace, found in known.items()
    }
    for service in sorted(_of_kind(objects, CoreService), key=age):
        key = (service.namespace, service.metadata.name)
        yield kubernetes_service(
            service, slices.get(key, ()), by_name.get(service.namespace, {}), domain
        )


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
    endpoints: Mapping[str, tuple[Endpoint, ...]],
) -> Mapping[str, tuple[tuple[str, Endpoint], ...]]:
    found: dict[str, list[tuple[str, Endpoint]]] = {}
    for host, members in endpoints.items():
        for endpoint in members:
            found.setdefault(endpoint.address, []).append((host, endpoint))
    return {address: tuple(pairs) for address, pairs in found.items()}


def _of_endpoint(service: Service, endpoint: Endpoint) -> Iterable[Instance]:
    for port in service.ports:
        number = endpoint.ports.get(port.name)
        if number is not None:
            yield Instance(service, port, number)


def _selects(service: Service, labels: Mapping[str, str]) -> bool:
    return bool(service.selector) and service.selector.items() <= labels.items()


def _of_selector(service: Service) -> Iterable[Instance]:
    for port in service.ports:
        if isinstance(port.target_port, int):
            yield Instance(service, port, port.target_port)
