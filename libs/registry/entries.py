"""ServiceEntries: services that Kubernetes does not know, one per host."""

from collections.abc import Iterable, Mapping

from libs.meshapi.serviceentry import Resolution as EntryResolution
from libs.meshapi.serviceentry import ServiceEntry
from libs.registry.protocols import entry_protocol
from libs.registry.service import (
    Described,
    Endpoint,
    Resolution,
    Service,
    ServicePort,
    target_number,
)
from libs.registry.workloads import Workload, endpoint, selected

_RESOLUTIONS: Mapping[EntryResolution, Resolution] = {
    "NONE": Resolution.PASSTHROUGH,
    "STATIC": Resolution.ENDPOINTS,
    "DNS": Resolution.DNS,
    "DNS_ROUND_ROBIN": Resolution.DNS_ROUND_ROBIN,
    "DYNAMIC_DNS": Resolution.DYNAMIC_DNS,
}
_BY_NAME = frozenset({Resolution.DNS, Resolution.DNS_ROUND_ROBIN})
_EVERY_ADDRESS = "0.0.0.0/0"


def entry_services(entry: ServiceEntry, workloads: Iterable[Workload]) -> tuple[Described, ...]:
    """Return the services of an entry. `workloads` are those of its namespace."""
    ports = tuple(
        ServicePort(
            port.name,
            port.number,
            entry_protocol(port.name, port.protocol, port.number),
            port.target_port or port.number,
        )
        for port in entry.spec.ports
    )
    found = _endpoints(entry, ports, workloads)
    by_name = _RESOLUTIONS[entry.spec.resolution] in _BY_NAME
    return tuple(
        Described(
            _service(entry, host, ports),
            (_own_name(entry, host, ports),) if by_name and not found else found,
        )
        for host in entry.spec.hosts
    )


def _service(entry: ServiceEntry, host: str, ports: tuple[ServicePort, ...]) -> Service:
    spec = entry.spec
    return Service(
        hostname=host,
        namespace=entry.namespace,
        ports=ports,
        resolution=_RESOLUTIONS[spec.resolution],
        origin=entry.key,
        addresses=tuple(address for address in spec.addresses if address != _EVERY_ADDRESS),
        selector=spec.workload_selector.labels if spec.workload_selector else {},
        mesh_external=spec.location == "MESH_EXTERNAL",
        exported_to=frozenset(spec.export_to),
        names=spec.subject_alt_names,
    )


def _endpoints(
    entry: ServiceEntry, ports: tuple[ServicePort, ...], workloads: Iterable[Workload]
) -> tuple[Endpoint, ...]:
    if entry.spec.workload_selector is not None:
        return selected(workloads, entry.spec.workload_selector.labels, ports)
    return tuple(
        endpoint(spec, ports, entry.namespace, entry.metadata.name, entry.key)
        for spec in entry.spec.endpoints
        if spec.address
    )


def _own_name(entry: ServiceEntry, host: str, ports: tuple[ServicePort, ...]) -> Endpoint:
    """A name without endpoints is its own endpoint."""
    numbers = {port.name: target_number(port) for port in ports}
    return Endpoint(host, numbers, namespace=entry.namespace, origin=entry.key)
