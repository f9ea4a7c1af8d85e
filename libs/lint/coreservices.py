"""Services of Kubernetes by what they select."""

from collections.abc import Mapping, Sequence

from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.subject import Subject
from libs.meshapi.service import Service, ServicePort
from libs.registry.protocols import kubernetes_protocol
from libs.registry.service import Protocol

_BY_LABEL = Index(
    Service, lambda one, _: ((one.namespace, *label) for label in one.spec.selector.items())
)
_SERVICES = Index(Service, lambda one, _: (one.namespace,))


def services_selecting(
    view: ClusterView, namespace: str, labels: Mapping[str, str]
) -> Sequence[Subject[Service]]:
    """Return the Services whose every workload has `labels`; none without labels."""
    lists = [view.find(_BY_LABEL, (namespace, *label)) for label in labels.items()]
    found = min(lists, key=len) if lists else ()
    return [one for one in found if labels.items() <= one.object.spec.selector.items()]


def services_of(
    view: ClusterView, namespace: str, labels: Mapping[str, str]
) -> Sequence[Subject[Service]]:
    """Return the Services of a namespace that select a workload with `labels`, the oldest first."""
    found = {
        one: None
        for label in labels.items()
        for one in view.find(_BY_LABEL, (namespace, *label))
        if one.object.spec.selector.items() <= labels.items()
    }
    return tuple(found)


def services_in(view: ClusterView, namespace: str) -> Sequence[Subject[Service]]:
    """Return all Services of a namespace, the oldest first."""
    return view.find(_SERVICES, namespace)


def service_names(view: ClusterView, namespace: str) -> Sequence[str]:
    """Return the names of a namespace's Services. Only for hints: it depends on all of them."""
    return [one.key.name for one in services_in(view, namespace)]


def protocol_of(port: ServicePort) -> Protocol:
    """Return what is spoken on a port."""
    return kubernetes_protocol(port.name, port.protocol, port.app_protocol)
