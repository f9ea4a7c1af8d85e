"""The objects that services come from, indexed by what a change of one of them can reach."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar

from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace
from libs.meshapi.node import Node
from libs.meshapi.pod import Pod
from libs.meshapi.service import Service as CoreService
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.workloadentry import WorkloadEntry
from libs.registry.namespaces import NamespaceLabels, changed_labels
from libs.registry.order import age
from libs.registry.pods import PodPlace, Pods
from libs.registry.workloads import Workload, workload_of

Place = tuple[str, str]
"""Namespace and name."""
_K = TypeVar("_K")
_V = TypeVar("_V")
REGISTRY_KINDS = (CoreService, ServiceEntry, EndpointSlice, WorkloadEntry, Pod, Node, Namespace)
"""Kinds that can change what is known of a service or of its endpoints."""
_Source = CoreService | ServiceEntry | EndpointSlice | WorkloadEntry | Namespace


@dataclass(frozen=True, slots=True)
class Sources:
    """Core Services and entries by host (the oldest entry first), slices by service, workloads.

    Slices stand in the order of their names, workloads by namespace in the order of theirs.
    `namespaces` are the labels of those that are described.
    """

    domain: str
    core: Mapping[str, CoreService] = field(default_factory=dict)
    entries: Mapping[str, tuple[ServiceEntry, ...]] = field(default_factory=dict)
    slices: Mapping[Place, tuple[EndpointSlice, ...]] = field(default_factory=dict)
    workloads: Mapping[str, Mapping[str, Workload]] = field(default_factory=dict)
    pods: Pods = field(default_factory=Pods)
    namespaces: NamespaceLabels = field(default_factory=dict)

    def host_of(self, place: Place) -> str:
        """Return the host of a core Service."""
        return f"{place[1]}.{place[0]}.svc.{self.domain}"

    def changed(
        self, removed: Iterable[MeshObject], added: Iterable[MeshObject]
    ) -> tuple["Sources", frozenset[str]]:
        """Return the sources after a change, and the hosts that may be described in another way."""
        lost, come = tuple(removed), tuple(added)
        gone = [one for one in lost if isinstance(one, _Source)]
        new = [one for one in come if isinstance(one, _Source)]
        pods, moved = self.pods.changed(lost, come)
        result = replace(
            self,
            core=_core(self, gone, new),
            entries=_entries(self.entries, gone, new),
            slices=_slices(self.slices, gone, new),
            workloads=_workloads(self.workloads, gone, new),
            pods=pods,
            namespaces=changed_labels(self.namespaces, gone, new),
        )
        former = (host for one in gone for host in self.reached(one))
        latter = (host for one in new for host in result.reached(one))
        return result, frozenset([*former, *latter, *result.with_pods(moved)])

    def reached(self, one: _Source) -> Iterator[str]:
        """Yield the hosts that an object of these sources may say something about."""
        if isinstance(one, CoreService):
            yield self.host_of((one.namespace, one.metadata.name))
        elif isinstance(one, ServiceEntry):
            yield from one.spec.hosts
        elif isinstance(one, EndpointSlice):
            yield self.host_of((one.namespace, one.service_name))
        elif isinstance(one, Namespace):
            yield from self._entries_of(one.metadata.name)
        else:
            yield from self._with_workload(one)

    def _entries_of(self, namespace: str) -> Iterator[str]:
        """Yield the hosts of a namespace's entries: its labels bound who sees them."""
        for host, entries in self.entries.items():
            if any(one.namespace == namespace for one in entries):
                yield host

    def with_pods(self, pods: Collection[PodPlace]) -> Iterator[str]:
        """Yield the hosts whose slices name one of these Pods."""
        if not pods:
            return
        for place, slices in self.slices.items():
            names = (one.target_ref for each in slices for one in each.endpoints)
            if any(ref and ref.kind == "Pod" and (place[0], ref.name) in pods for ref in names):
                yield self.host_of(place)

    def _with_workload(self, one: WorkloadEntry) -> Iterator[str]:
        """Yield the hosts whose selector finds it, and those whose slices name it."""
        labels, namespace, name = one.spec.labels.items(), one.namespace, one.metadata.name
        for host, service in self.core.items():
            if service.namespace == namespace and service.spec.selector.items() <= labels:
                yield host
        for entries in self.entries.values():
            for entry in entries:
                selector = entry.spec.workload_selector
                if entry.namespace == namespace and selector and selector.labels.items() <= labels:
                    yield from entry.spec.hosts
        for place, slices in self.slices.items():
            if place[0] == namespace and any(_names(each, name) for each in slices):
                yield self.host_of(place)


def _names(each: EndpointSlice, workload: str) -> bool:
    return any(one.target_ref and one.target_ref.name == workload for one in each.endpoints)


def _core(
    sources: Sources, removed: Iterable[_Source], added: Iterable[_Source]
) -> Mapping[str, CoreService]:
    gone, new = _of_kind(removed, CoreService), _of_kind(added, CoreService)
    if not gone and not new:
        return sources.core
    result = dict(sources.core)
    for one in gone:
        result.pop(sources.host_of((one.namespace, one.metadata.name)), None)
    return result | {sources.host_of((one.namespace, one.metadata.name)): one for one in new}


def _entries(
    known: Mapping[str, tuple[ServiceEntry, ...]],
    removed: Iterable[_Source],
    added: Iterable[_Source],
) -> Mapping[str, tuple[ServiceEntry, ...]]:
    gone = [(host, one) for one in _of_kind(removed, ServiceEntry) for host in one.spec.hosts]
    new = [(host, one) for one in _of_kind(added, ServiceEntry) for host in one.spec.hosts]
    return _regrouped(known, gone, new, age)


def _slices(
    known: Mapping[Place, tuple[EndpointSlice, ...]],
    removed: Iterable[_Source],
    added: Iterable[_Source],
) -> Mapping[Place, tuple[EndpointSlice, ...]]:
    gone = [((o.namespace, o.service_name), o) for o in _of_kind(removed, EndpointSlice)]
    new = [((o.namespace, o.service_name), o) for o in _of_kind(added, EndpointSlice)]
    return _regrouped(known, gone, new, lambda one: one.key)


def _workloads(
    known: Mapping[str, Mapping[str, Workload]],
    removed: Iterable[_Source],
    added: Iterable[_Source],
) -> Mapping[str, Mapping[str, Workload]]:
    gone, new = _of_kind(removed, WorkloadEntry), _of_kind(added, WorkloadEntry)
    if not gone and not new:
        return known
    result = dict(known)
    for namespace in {one.namespace for one in (*gone, *new)}:
        members = dict(result.get(namespace, {}))
        for one in gone:
            if one.namespace == namespace:
                members.pop(one.metadata.name, None)
        members |= {o.metadata.name: workload_of(o) for o in new if o.namespace == namespace}
        result[namespace] = dict(sorted(members.items()))
    return result


def _regrouped(
    known: Mapping[_K, tuple[_V, ...]],
    removed: list[tuple[_K, _V]],
    added: list[tuple[_K, _V]],
    order: Callable[[_V], Any],
) -> Mapping[_K, tuple[_V, ...]]:
    """Take some members out of their groups and put others in, each group in its order."""
    if not removed and not added:
        return known
    touched: dict[_K, list[_V]] = {}
    for key, one in removed:
        members = touched.setdefault(key, list(known.get(key, ())))
        members[:] = [each for each in members if each is not one]
    for key, one in added:
        touched.setdefault(key, list(known.get(key, ()))).append(one)
    result = dict(known)
    for key, members in touched.items():
        if members:
            result[key] = tuple(sorted(members, key=order))
        else:
            result.pop(key, None)
    return result


_Kind = TypeVar("_Kind", bound=MeshObject)


def _of_kind(objects: Iterable[MeshObject], kind: type[_Kind]) -> list[_Kind]:
    return [one for one in objects if isinstance(one, kind)]
