"""TLSRoute: where TLS goes that is not terminated, by server name."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Model
from libs.meshapi.gatewayapi.references import (
    GROUP,
    VERSION,
    Hostname,
    ParentReferences,
    WeightedBackends,
)
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import SectionName


class TLSRouteRule(Model):
    """Backends that share the connections."""

    name: SectionName | None = None
    backend_refs: WeightedBackends


class TLSRouteSpec(Model):
    """Server names, and where they go."""

    parent_refs: ParentReferences = ()
    use_default_gateways: Literal["All", "None"] | None = None
    hostnames: Annotated[tuple[Hostname, ...], Field(min_length=1, max_length=1024)]
    rules: Annotated[tuple[TLSRouteRule, ...], Field(min_length=1, max_length=16)]


class TLSRoute(MeshObject):
    """gateway.networking.k8s.io TLSRoute."""

    GROUP: ClassVar[str] = GROUP

    api_version: str = VERSION
    kind: Literal["TLSRoute"] = "TLSRoute"
    metadata: Metadata
    spec: TLSRouteSpec
