"""How a namespace, a workload and a Service take part in the mesh: ambient mode, and waypoints.

Labels of a Pod win over its namespace's. Nothing is known of a namespace that is no object of the
repository, so it counts as one without labels.
"""

from collections.abc import Mapping

from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.namespaces import namespace_object
from libs.lint.subject import Subject
from libs.lint.workloads import KnownWorkload
from libs.meshapi.gatewayapi.gateway import Gateway

MODE = "istio.io/dataplane-mode"
USE_WAYPOINT = "istio.io/use-waypoint"
INJECTION, REVISION, POD_INJECTION = "istio-injection", "istio.io/rev", "sidecar.istio.io/inject"
_WAYPOINT_NAMESPACE = "istio.io/use-waypoint-namespace"
_AMBIENT, _NONE = "ambient", "none"
_INGRESS_CLASS = "istio"

_GATEWAYS = Index(Gateway, lambda one, _: ((one.namespace, one.metadata.name),))

Labels = Mapping[str, str]


def namespace_labels(view: ClusterView, name: str) -> Labels:
    """Return the labels of a namespace; none when it is no object of the repository."""
    found = namespace_object(view, name)
    return found.object.metadata.labels if found is not None else {}


def is_ambient(namespace: Labels, pod: Labels | None = None) -> bool:
    """Say whether the labels of a namespace, and those of a Pod in it, ask for ambient mode."""
    own = (pod or {}).get(MODE)
    return (namespace.get(MODE) if own is None else own) == _AMBIENT


def injects(namespace: Labels) -> bool:
    """Say whether a namespace asks for sidecars; the plain label wins over a revision."""
    plain = namespace.get(INJECTION)
    return REVISION in namespace if plain is None else plain == "enabled"


def asks_for_sidecar(labels: Labels) -> bool:
    """Say whether a Pod itself asks for a sidecar."""
    return labels.get(POD_INJECTION) == "true"


def stays_ambient(namespace: Labels) -> bool:
    """Say whether Pods of a namespace without labels of their own are in ambient mode.

    They are not where sidecars are asked for as well: a sidecar wins.
    """
    return is_ambient(namespace) and not injects(namespace)


def uses_waypoint(namespace: Labels, own: Labels | None = None) -> bool:
    """Say whether calls to what has `own` labels, in a namespace, go through a waypoint."""
    inner = own or {}
    labels = inner if USE_WAYPOINT in inner else namespace
    return labels.get(USE_WAYPOINT, _NONE) not in ("", _NONE)


def in_ambient(view: ClusterView, workload: KnownWorkload) -> bool:
    """Say whether a workload is in ambient mode: a sidecar of its own wins over it."""
    namespace = namespace_labels(view, workload.namespace)
    wished = workload.labels.get(POD_INJECTION)
    sidecar = injects(namespace) if wished is None else wished == "true"
    return is_ambient(namespace, workload.labels) and not sidecar


def waypoint(view: ClusterView, labels: Labels, namespace: str) -> Subject[Gateway] | None:
    """Return the Gateway that labels of an object in a namespace name as waypoint."""
    home = labels.get(_WAYPOINT_NAMESPACE) or namespace
    found = view.find(_GATEWAYS, (home, labels.get(USE_WAYPOINT, "")))
    fitting = [one for one in found if one.object.spec.gateway_class_name != _INGRESS_CLASS]
    return fitting[0] if fitting else None
