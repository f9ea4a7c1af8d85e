"""Node: its labels say in which region and zone its Pods run."""

from typing import ClassVar, Literal

from pydantic import Field

from libs.meshapi.core import OpenModel
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata


class NodeSpec(OpenModel):
    """Addresses of the node's Pods, and who made it."""

    pod_cidr: str = Field(default="", validation_alias="podCIDR", serialization_alias="podCIDR")
    pod_cidrs: tuple[str, ...] = ()
    provider_id: str = Field(
        default="", validation_alias="providerID", serialization_alias="providerID"
    )


class Node(MeshObject):
    """core/v1 Node."""

    NAMESPACED: ClassVar[bool] = False

    api_version: str = "v1"
    kind: Literal["Node"] = "Node"
    metadata: Metadata
    spec: NodeSpec = NodeSpec()
