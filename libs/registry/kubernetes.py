"""Core Services with their EndpointSlices and the WorkloadEntries that they select."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libs.meshapi.endpointslice import EndpointSlice, SliceEndpoint, TargetReference
from libs.meshapi.service import HEADLESS
from libs.meshapi.service import Service as CoreService
from libs.meshapi.service import ServicePort as CorePort
from libs.registry.pods import Pods
from libs.registry.protocols import kubernetes_protocol
from libs.registry.service import (
    Described,
    Endpoint,
    Nearness,
    Protocol,
    Resolution,
    Service,
    ServicePort,
)
from libs.registry.workloads import Workload, selected

EXPORT_ANNOTATION = "networking.istio.io/exportTo"
"""Namespaces that see a Service, by commas: it has no field for them."""

DISTRIBUTION_ANNOTATION = "networking.istio.io/traffic-distribution"
"""The same as the field `trafficDistribution`, for Kubernetes that has none."""

_EXTERNAL_NAME = "ExternalName"
_NEARNESS = {
    "PreferClose": Nearness.ZONE,
    "PreferSameZone": Nearness.ZONE,
    "PreferSameNode": Nearness.NODE,
}


def kubernetes_service(
    service: CoreService,
    slices: Iterable[EndpointSlice],
    workloads: Mapping[str, Workload],
    pods: Pods,
    domain: str,
) -> Described:
    """Return a core Service. `workloads` are those of its namespace, by name."""
    spec, namespace = service.spec, service.namespace
    ports = tuple(_port(port) for port in spec.ports)
    not_ready_too = spec.publish_not_ready_addresses
    behind = _Behind(namespace, workloads, pods)
    found = (
        *(one for each in slices for one in _slice_endpoints(each, behind, not_ready_too)),
        *selected(workloads.values(), spec.selector, ports),
    )
    external = spec.type == _EXTERNAL_NAME
    described = Service(
        hostname=f"{service.metadata.name}.{namespace}.svc.{domain}",
        namespace=namespace,
        ports=tuple(port for port in ports if port.protocol is not Protocol.UDP),
        resolution=_resolution(service),
        origin=service.key,
        addresses=_addresses(service),
        selector=spec.selector,
        mesh_external=external,
        kubernetes=not external,
        exported_to=_exports(service),
        nearness=nearness_of(service),
    )
    return Described(described, _external_name(service, ports) if external else found)


def nearness_of(service: CoreService) -> Nearness:
    """Return which endpoints callers take: `Local` is strict, the distribution a preference."""
    spec = service.spec
    if spec.internal_traffic_policy == "Local":
        return Nearness.NODE_ONLY
    annotated = service.metadata.annotations.get(DISTRIBUTION_ANNOTATION, "")
    return _NEARNESS.get(spec.traffic_distribution or annotated, Nearness.ANYWHERE)


def _exports(service: CoreService) -> frozenset[str]:
    written = service.metadata.annotations.get(EXPORT_ANNOTATION, "")
    return frozenset(filter(None, (one.strip() for one in written.split(","))))


def _port(port: CorePort) -> ServicePort:
    """Read one port; without a target port the workload has the same number."""
    protocol = kubernetes_protocol(port.name, port.protocol, port.app_protocol, port.port)
    return ServicePort(port.name, port.port, protocol, port.target_port or port.port)


def _addresses(service: CoreService) -> tuple[str, ...]:
    spec = service.spec
    listed = spec.cluster_ips or ((spec.cluster_ip,) if spec.cluster_ip else ())
    return tuple(address for address in listed if address and address != HEADLESS)


def _resolution(service: CoreService) -> Resolution:
    spec = service.spec
    if spec.type == _EXTERNAL_NAME:
        return Resolution.DNS
    return Resolution.PASSTHROUGH if spec.cluster_ip == HEADLESS else Resolution.ENDPOINTS


def _external_name(service: CoreService, ports: Iterable[ServicePort]) -> tuple[Endpoint, ...]:
    """Return the one name that stands behind a service of type ExternalName."""
    numbers = {port.name: port.number for port in ports}
    return (Endpoint(service.spec.external_name, numbers, origin=service.key),)


@dataclass(frozen=True, slots=True)
class _Behind:
    """What may stand behind the endpoints of a namespace."""

    namespace: str
    workloads: Mapping[str, Workload]
    pods: Pods

    def find(self, target: TargetReference | None) -> Workload | None:
        """Return a Pod or the workload of an entry; None for anything else."""
        if target is None:
            return None
        if target.kind == "Pod":
            return self.pods.find(self.namespace, target.name)
        return self.workloads.get(target.name) if target.kind == "WorkloadEntry" else None


def _slice_endpoints(
    each: EndpointSlice,
    behind: _Behind,
    not_ready_too: bool,  # noqa: FBT001 - the service's own publishNotReadyAddresses
) -> Iterable[Endpoint]:
    numbers = {port.name: port.port for port in each.ports if port.port is not None}
    for one in each.endpoints:
        ready = one.conditions is None or one.conditions.ready is not False
        for address in one.addresses if ready or not_ready_too else ():
            yield _slice_endpoint(each, one, address, numbers, behind)


def _slice_endpoint(
    each: EndpointSlice,
    one: SliceEndpoint,
    address: str,
    numbers: Mapping[str, int],
    behind: _Behind,
) -> Endpoint:
    """Return one address, with what is known of the workload behind it."""
    target = one.target_ref
    known = behind.find(target)
    return Endpoint(
        address=address,
        ports=numbers,
        labels=known.spec.labels if known else {},
        network=known.spec.network if known else "",
        locality=(known.spec.locality if known else "") or (f"/{one.zone}" if one.zone else ""),
        weight=(known.spec.weight or 1) if known else 1,
        service_account=known.spec.service_account if known else "",
        namespace=each.namespace,
        workload=target.name if target else "",
        origin=each.key,
        node=one.node_name or "",
    )
