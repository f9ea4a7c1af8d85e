"""GRPCRoute: where gRPC calls go."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Model
from libs.meshapi.gatewayapi.filters import GRPCRouteFilter, HeaderName
from libs.meshapi.gatewayapi.httproute import MatchType
from libs.meshapi.gatewayapi.references import (
    GROUP,
    VERSION,
    Hostname,
    ParentReferences,
    WeightedBackend,
)
from libs.meshapi.gatewayapi.sessions import SessionPersistence
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import SectionName

GRPCFilters = Annotated[tuple[GRPCRouteFilter, ...], Field(max_length=16)]
MethodPart = Annotated[str, Field(max_length=1024)]


class GRPCMethodMatch(Model):
    """A service, a method of any service, or both."""

    type: MatchType = "Exact"
    service: MethodPart | None = None
    method: MethodPart | None = None


class GRPCHeaderMatch(Model):
    """A header's value."""

    type: MatchType = "Exact"
    name: HeaderName
    value: Annotated[str, Field(min_length=1, max_length=4096)]


class GRPCRouteMatch(Model):
    """All conditions hold together."""

    method: GRPCMethodMatch | None = None
    headers: Annotated[tuple[GRPCHeaderMatch, ...], Field(max_length=16)] = ()


class GRPCBackend(WeightedBackend):
    """A backend with filters of its own."""

    filters: GRPCFilters = ()


class GRPCRouteRule(Model):
    """Matches are alternatives; without one the rule takes every call."""

    name: SectionName | None = None
    matches: Annotated[tuple[GRPCRouteMatch, ...], Field(max_length=64)] = ()
    filters: GRPCFilters = ()
    backend_refs: Annotated[tuple[GRPCBackend, ...], Field(max_length=16)] = ()
    session_persistence: SessionPersistence | None = None


class GRPCRouteSpec(Model):
    """Rules for `hostnames` at the parents."""

    parent_refs: ParentReferences = ()
    use_default_gateways: Literal["All", "None"] | None = None
    hostnames: Annotated[tuple[Hostname, ...], Field(max_length=16)] = ()
    rules: Annotated[tuple[GRPCRouteRule, ...], Field(max_length=16)] = ()


class GRPCRoute(MeshObject):
    """gateway.networking.k8s.io GRPCRoute."""

    GROUP: ClassVar[str] = GROUP

    api_version: str = VERSION
    kind: Literal["GRPCRoute"] = "GRPCRoute"
    metadata: Metadata
    spec: GRPCRouteSpec
