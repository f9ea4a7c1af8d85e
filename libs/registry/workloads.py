"""WorkloadEntries as endpoints of the services that select them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from libs.kernel.origins import ObjectKey
from libs.meshapi.workloadentry import WorkloadEntry, WorkloadEntrySpec
from libs.registry.service import Endpoint, ServicePort


@dataclass(frozen=True, slots=True)
class Workload:
    """A workload that is no Pod: where it is and what it carries."""

    namespace: str
    name: str
    spec: WorkloadEntrySpec
    origin: ObjectKey
    healthy: bool = True


def workload_of(entry: WorkloadEntry) -> Workload:
    """Return the workload that an entry describes."""
    return Workload(
        entry.namespace, entry.metadata.name, entry.spec, entry.key, healthy=entry.healthy
    )


def selected(
    candidates: Iterable[Workload], selector: Mapping[str, str], ports: Iterable[ServicePort]
) -> tuple[Endpoint, ...]:
    """Return the endpoints that a selector finds; an empty selector finds none.

    A workload without an address is reached through its network's gateway, never directly. One
    that is not healthy is no endpoint.
    """
    if not selector:
        return ()
    ports = tuple(ports)
    return tuple(
        endpoint(one.spec, ports, one.namespace, one.name, one.origin)
        for one in candidates
        if one.healthy and one.spec.address and selector.items() <= one.spec.labels.items()
    )


def endpoint(
    spec: WorkloadEntrySpec,
    ports: Iterable[ServicePort],
    namespace: str,
    name: str,
    origin: ObjectKey,
) -> Endpoint:
    """Return a workload as an endpoint of a service with `ports`; weight 0 counts as 1."""
    return Endpoint(
        address=spec.address,
        ports=_numbers(spec, ports),
        labels=spec.labels,
        network=spec.network,
        locality=spec.locality,
        weight=spec.weight or 1,
        service_account=spec.service_account,
        namespace=namespace,
        workload=name,
        origin=origin,
    )


def _numbers(spec: WorkloadEntrySpec, ports: Iterable[ServicePort]) -> Mapping[str, int]:
    """Find the workload's number of each port; a target that nothing names leaves it out."""
    numbers: dict[str, int] = {}
    for port in ports:
        named = spec.ports.get(port.name)
        target = port.target_port
        number = named or (spec.ports.get(target) if isinstance(target, str) else target)
        if number:
            numbers[port.name] = number
    return numbers
