"""In which order objects are made, and in the reverse of it removed."""

from collections.abc import Mapping

from libs.kernel.origins import ObjectKey
from libs.observed.sight import Kind

NAMESPACE: Kind = ("", "Namespace")
DEFINITION: Kind = ("apiextensions.k8s.io", "CustomResourceDefinition")
VIRTUAL_SERVICE: Kind = ("networking.istio.io", "VirtualService")
DESTINATION_RULE: Kind = ("networking.istio.io", "DestinationRule")

_GATEWAY_API = "gateway.networking.k8s.io"
_RBAC = "rbac.authorization.k8s.io"
_ADMISSION = "admissionregistration.k8s.io"

_BASE, _NAMED, _ANY, _ROUTES, TRIM, _LAST = range(6)
"""What others need; what has an address; everything else; what names subsets and back ends; what
nobody names any more; what judges other objects."""

_STAGES: Mapping[Kind, int] = {
    ("", "ConfigMap"): _BASE,
    ("", "LimitRange"): _BASE,
    ("", "ResourceQuota"): _BASE,
    ("", "Secret"): _BASE,
    ("", "ServiceAccount"): _BASE,
    (_RBAC, "ClusterRole"): _BASE,
    (_RBAC, "Role"): _BASE,
    ("scheduling.k8s.io", "PriorityClass"): _BASE,
    ("node.k8s.io", "RuntimeClass"): _BASE,
    ("storage.k8s.io", "StorageClass"): _BASE,
    (_GATEWAY_API, "GatewayClass"): _BASE,
    ("networking.k8s.io", "IngressClass"): _BASE,
    (_RBAC, "ClusterRoleBinding"): _NAMED,
    (_RBAC, "RoleBinding"): _NAMED,
    ("", "Service"): _NAMED,
    ("", "Endpoints"): _NAMED,
    ("discovery.k8s.io", "EndpointSlice"): _NAMED,
    ("networking.istio.io", "ServiceEntry"): _NAMED,
    ("networking.istio.io", "WorkloadEntry"): _NAMED,
    ("networking.istio.io", "WorkloadGroup"): _NAMED,
    VIRTUAL_SERVICE: _ROUTES,
    **{
        (_GATEWAY_API, kind): _ROUTES
        for kind in ("HTTPRoute", "GRPCRoute", "TCPRoute", "TLSRoute", "UDPRoute")
    },
    ("networking.k8s.io", "Ingress"): _ROUTES,
    ("apiregistration.k8s.io", "APIService"): _LAST,
    (_ADMISSION, "MutatingWebhookConfiguration"): _LAST,
    (_ADMISSION, "ValidatingWebhookConfiguration"): _LAST,
    (_ADMISSION, "ValidatingAdmissionPolicyBinding"): _LAST,
}

Rank = tuple[int, int, int]
"""Place in the order: what everything needs first, then by wave, then by stage."""


def rank(key: ObjectKey, wave: int) -> Rank:
    """Return the place of an object. Namespaces and definitions come first, whatever their wave."""
    kind = key.group, key.kind
    if kind == NAMESPACE:
        return 0, 0, 0
    if kind == DEFINITION:
        return 0, 0, 1
    return 1, wave, _STAGES.get(kind, _ANY)


def trim_rank(wave: int) -> Rank:
    """Return the place of what can go as soon as routes of a wave name it no more."""
    return 1, wave, TRIM


def needs_confirmation(key: ObjectKey) -> bool:
    """Say whether the deletion of an object takes others with it."""
    return (key.group, key.kind) in {NAMESPACE, DEFINITION}
