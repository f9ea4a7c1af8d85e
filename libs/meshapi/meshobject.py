"""What every object of a configuration has in common."""

from typing import ClassVar

from libs.kernel.origins import ObjectKey
from libs.meshapi.base import Model
from libs.meshapi.metadata import Metadata

DEFAULT_NAMESPACE = "default"
"""Where an object of a namespaced kind lives that does not say it."""


class MeshObject(Model):
    """Base of all kinds. Kinds with a `spec` have it as a typed field; EndpointSlice has none."""

    GROUP: ClassVar[str] = ""
    NAMESPACED: ClassVar[bool] = True

    api_version: str
    kind: str
    metadata: Metadata

    @property
    def group(self) -> str:
        """API group; empty for the core group."""
        return self.api_version.rpartition("/")[0]

    @property
    def namespaced(self) -> bool:
        """Whether the kind lives in namespaces."""
        return self.NAMESPACED

    @property
    def namespace(self) -> str:
        """Namespace that the object lives in; empty for a cluster-scoped kind."""
        return (self.metadata.namespace or DEFAULT_NAMESPACE) if self.namespaced else ""

    @property
    def key(self) -> ObjectKey:
        """Identity within one cluster."""
        return ObjectKey(self.group, self.kind, self.namespace, self.metadata.name)
