"""Workloads that the repository knows, and which of them a selector selects.

A cluster may have workloads that no file describes, so a check that misses one looks first
whether the namespace has any known workload at all.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from libs.kernel.origins import ObjectKey
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.subject import Subject
from libs.meshapi.deployment import Deployment
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.pod import Pod, PodSpec
from libs.meshapi.serviceentry import ServiceEntry
from libs.meshapi.workloadentry import WorkloadEntry

EVERYWHERE = ""
"""In place of a namespace: all of them, for what the root namespace says."""


@dataclass(frozen=True, slots=True)
class _Carrier:
    """What runs: labels, account, and the Pod where one is described."""

    labels: Mapping[str, str]
    account: str
    pod: PodSpec | None = None


@dataclass(frozen=True, slots=True)
class KnownWorkload:
    """A workload, or the Pods of one Deployment. `pod` is None where none is described."""

    namespace: str
    labels: Mapping[str, str]
    account: str
    subject: Subject[Any]
    pod: PodSpec | None = None

    @property
    def key(self) -> ObjectKey:
        """Identity of the object that describes it."""
        return self.subject.key


def workloads_of(subject: Subject[Any]) -> Iterator[KnownWorkload]:
    """Return the workloads that an object describes."""
    for one in _carriers(subject.object):
        yield KnownWorkload(subject.namespace, one.labels, one.account, subject, one.pod)


def selected(
    view: ClusterView, namespace: str, labels: Mapping[str, str]
) -> Iterator[KnownWorkload]:
    """Return the workloads of a namespace, or of all, that carry every one of `labels`."""
    lists = [view.find(_BY_LABEL, (namespace, *label)) for label in labels.items()]
    subjects = min(lists, key=len) if lists else view.find(_BY_NAMESPACE, namespace)
    for subject in subjects:
        for one in workloads_of(subject):
            if labels.items() <= one.labels.items():
                yield one


def is_known(view: ClusterView, namespace: str) -> bool:
    """Say whether a workload of the namespace is known, or any when it is `EVERYWHERE`."""
    return view.has(_BY_NAMESPACE, namespace)


def _carriers(obj: MeshObject) -> Iterator[_Carrier]:
    if isinstance(obj, WorkloadEntry):
        yield _Carrier(obj.spec.labels, obj.spec.service_account)
    elif isinstance(obj, Pod):
        yield _Carrier(obj.metadata.labels, obj.spec.service_account_name, obj.spec)
    elif isinstance(obj, Deployment):
        template = obj.spec.template
        account = template.spec.service_account_name
        yield _Carrier(template.metadata.labels, account, template.spec)
    elif isinstance(obj, ServiceEntry):
        for endpoint in obj.spec.endpoints:
            if endpoint.labels:
                yield _Carrier(endpoint.labels, endpoint.service_account)


def _namespaces(obj: MeshObject, _domain: str) -> Iterable[str]:
    return (obj.namespace, EVERYWHERE) if any(_carriers(obj)) else ()


def _labels(obj: MeshObject, _domain: str) -> Iterator[tuple[str, str, str]]:
    for one in _carriers(obj):
        for key, value in one.labels.items():
            yield obj.namespace, key, value
            yield EVERYWHERE, key, value


_BY_NAMESPACE = Index(MeshObject, _namespaces)
_BY_LABEL = Index(MeshObject, _labels)
