"""Any kind that has no model here: kept whole, not interpreted."""

from typing import Any

from pydantic import Field

from libs.meshapi.base import FreeForm
from libs.meshapi.meshobject import MeshObject

_CLUSTER_SCOPED = frozenset(
    {
        ("", "Namespace"),
        ("", "Node"),
        ("", "PersistentVolume"),
        ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
        ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
        ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
        ("apiextensions.k8s.io", "CustomResourceDefinition"),
        ("apiregistration.k8s.io", "APIService"),
        ("certificates.k8s.io", "CertificateSigningRequest"),
        ("gateway.networking.k8s.io", "GatewayClass"),
        ("networking.k8s.io", "IngressClass"),
        ("node.k8s.io", "RuntimeClass"),
        ("rbac.authorization.k8s.io", "ClusterRole"),
        ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
        ("scheduling.k8s.io", "PriorityClass"),
        ("storage.k8s.io", "CSIDriver"),
        ("storage.k8s.io", "CSINode"),
        ("storage.k8s.io", "StorageClass"),
    }
)


class OpaqueObject(MeshObject):
    """An object of another kind. `content` is everything beside metadata and status.

    Content never shows in a representation: it may be a Secret's.
    """

    content: FreeForm = Field(default_factory=dict, repr=False)

    @property
    def namespaced(self) -> bool:
        """Whether the kind lives in namespaces; a kind that nobody here knows does."""
        return is_namespaced(self.group, self.kind)

    @property
    def spec(self) -> Any:
        """The `spec` of the content, None when it has none."""
        return self.content.get("spec")


def is_namespaced(group: str, kind: str) -> bool:
    """Say whether a kind without a model lives in namespaces, as far as that is known."""
    return (group, kind) not in _CLUSTER_SCOPED
