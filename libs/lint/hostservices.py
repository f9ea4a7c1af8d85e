"""The service behind a host, from the few objects that can say something about it.

The registry treats every host by itself, so giving it only these gives the same service.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from libs.lint.answers import Answers
from libs.lint.index import Index
from libs.lint.subject import Subject
from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.service import Service as CoreService
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.workloadentry import WorkloadEntry
from libs.registry.build import Registry, build_registry
from libs.registry.hostnames import covers, is_wildcard
from libs.registry.service import Endpoint, Service
from libs.registry.settings import registry_settings

SERVICE_HOSTS = Index(
    CoreService,
    lambda one, domain: (f"{one.metadata.name}.{one.namespace}.svc.{domain}",),
)
ENTRY_HOSTS = Index(ServiceEntry, lambda one, _: one.spec.hosts)
WILDCARD_ENTRIES = Index(
    ServiceEntry, lambda one, _: (None,) if any(map(is_wildcard, one.spec.hosts)) else ()
)
SLICES = Index(EndpointSlice, lambda one, _: ((one.namespace, one.service_name),))
WORKLOAD_LABELS = Index(
    WorkloadEntry,
    lambda one, _: ((one.namespace, *label) for label in one.spec.labels.items()),
)
WORKLOAD_NAMES = Index(WorkloadEntry, lambda one, _: ((one.namespace, one.metadata.name),))


def service_of(cluster: Answers, host: str) -> Service | None:
    """Return the service of a full host name; one for a wildcard serves every name in it."""
    exact = cluster.derive(exact_service, host)
    if exact is not None:
        return exact
    wildcards = sorted(
        {name for one in cluster.find(WILDCARD_ENTRIES, None) for name in _wildcards(one)}
    )
    near = next((name for name in wildcards if covers(name, host)), None)
    return cluster.derive(exact_service, near) if near is not None else None


def exact_service(cluster: Answers, host: str) -> Service | None:
    """Return the service that has exactly this name, which may be a wildcard."""
    return cluster.derive(_registry_of, host).services.get(host)


def endpoints_of(cluster: Answers, host: str) -> tuple[Endpoint, ...]:
    """Return the endpoints of the service that has exactly this name; none without one."""
    return cluster.derive(_registry_of, host).endpoints.get(host, ())


def _registry_of(cluster: Answers, host: str) -> Registry:
    cores = cluster.find(SERVICE_HOSTS, host)
    entries = cluster.find(ENTRY_HOSTS, host)
    if not cores and not entries:
        return Registry(cluster.domain, {})
    names = dict.fromkeys(map(_name, cores))
    slices = [one for name in names for one in cluster.find(SLICES, name)]
    workloads = dict.fromkeys((*_selected(cluster, cores, entries), *_targets(cluster, slices)))
    settings = registry_settings(cluster.settings, cluster.domain)
    objects = (one.object for one in (*cores, *entries, *slices, *workloads))
    return build_registry(objects, cluster.domain, settings)


def all_hosts(cluster: Answers) -> frozenset[Any]:
    """Return the names of all services."""
    return cluster.keys(SERVICE_HOSTS) | cluster.keys(ENTRY_HOSTS)


def _wildcards(one: Subject[ServiceEntry]) -> Iterator[str]:
    return filter(is_wildcard, one.object.spec.hosts)


def _name(core: Subject[CoreService]) -> tuple[str, str]:
    return core.namespace, core.object.metadata.name


def _selected(
    cluster: Answers,
    cores: Iterable[Subject[CoreService]],
    entries: Iterable[Subject[ServiceEntry]],
) -> Iterator[Subject[WorkloadEntry]]:
    """Return at least the workloads that are selected: those with one of the labels."""
    selectors = [(one.namespace, one.object.spec.selector) for one in cores]
    selectors += [
        (one.namespace, one.object.spec.workload_selector.labels)
        for one in entries
        if one.object.spec.workload_selector is not None
    ]
    for namespace, labels in selectors:
        for label in list(labels.items())[:1]:
            yield from cluster.find(WORKLOAD_LABELS, (namespace, *label))


def _targets(
    cluster: Answers, slices: Iterable[Subject[EndpointSlice]]
) -> Iterator[Subject[WorkloadEntry]]:
    """Return the workloads that slices name."""
    for one in slices:
        for endpoint in one.object.endpoints:
            target = endpoint.target_ref
            if target is not None and target.kind == "WorkloadEntry":
                yield from cluster.find(WORKLOAD_NAMES, (one.namespace, target.name))
