"""Secret: certificates of gateways, and kubeconfigs of remote clusters. Its values never show."""

from typing import Literal

from pydantic import Field

from libs.meshapi.base import StringMap
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata


class Secret(MeshObject):
    """core/v1 Secret; `data` is base64, `string_data` plain text that wins over it."""

    api_version: str = "v1"
    kind: Literal["Secret"] = "Secret"
    metadata: Metadata
    type: str = "Opaque"
    immutable: bool | None = None
    data: StringMap = Field(default_factory=dict, repr=False)
    string_data: StringMap = Field(default_factory=dict, repr=False)
