"""ProxyConfig: settings of a proxy's process."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import SORTED, Count, Model
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.selectors import WorkloadSelector


class ProxyImage(Model):
    """The image of the proxy."""

    image_type: str = ""


class ProxyConfigSpec(Model):
    """`concurrency` 0 uses every core."""

    selector: WorkloadSelector | None = None
    concurrency: Count | None = None
    environment_variables: Annotated[
        Mapping[str, Annotated[str, Field(max_length=2048)]], SORTED
    ] = Field(default_factory=dict)
    image: ProxyImage | None = None


class ProxyConfig(MeshObject):
    """networking.istio.io ProxyConfig."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1beta1"
    kind: Literal["ProxyConfig"] = "ProxyConfig"
    metadata: Metadata
    spec: ProxyConfigSpec = ProxyConfigSpec()
