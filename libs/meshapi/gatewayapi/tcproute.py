"""TCPRoute: where TCP connections go."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Model
from libs.meshapi.gatewayapi.references import GROUP, VERSION, ParentReferences, WeightedBackends
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import SectionName


class TCPRouteRule(Model):
    """Backends that share the connections."""

    name: SectionName | None = None
    backend_refs: WeightedBackends


class TCPRouteSpec(Model):
    """Where the connections of the parents go."""

    parent_refs: ParentReferences = ()
    use_default_gateways: Literal["All", "None"] | None = None
    rules: Annotated[tuple[TCPRouteRule, ...], Field(min_length=1, max_length=16)]


class TCPRoute(MeshObject):
    """gateway.networking.k8s.io TCPRoute."""

    GROUP: ClassVar[str] = GROUP

    api_version: str = VERSION
    kind: Literal["TCPRoute"] = "TCPRoute"
    metadata: Metadata
    spec: TCPRouteSpec
