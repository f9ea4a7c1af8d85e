"""HTTPRoute: where HTTP requests go."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Model
from libs.meshapi.gatewayapi.filters import HeaderName, HeaderValue, HTTPRouteFilter, PathText
from libs.meshapi.gatewayapi.references import (
    GROUP,
    VERSION,
    Hostname,
    ParentReferences,
    WeightedBackend,
)
from libs.meshapi.gatewayapi.sessions import Retry, SessionPersistence, Timeouts
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import SectionName

MatchType = Literal["Exact", "RegularExpression"]
HTTPFilters = Annotated[tuple[HTTPRouteFilter, ...], Field(max_length=16)]


class PathMatch(Model):
    """A path; a prefix matches whole segments."""

    type: Literal["Exact", "PathPrefix", "RegularExpression"] = "PathPrefix"
    value: PathText = "/"


class HeaderMatch(Model):
    """A header's value."""

    type: MatchType = "Exact"
    name: HeaderName
    value: HeaderValue


class QueryMatch(Model):
    """A query parameter's value."""

    type: MatchType = "Exact"
    name: HeaderName
    value: Annotated[str, Field(min_length=1, max_length=1024)]


class HTTPRouteMatch(Model):
    """All conditions hold together."""

    path: PathMatch = PathMatch()
    headers: Annotated[tuple[HeaderMatch, ...], Field(max_length=16)] = ()
    query_params: Annotated[tuple[QueryMatch, ...], Field(max_length=16)] = ()
    method: (
        Literal["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"]
        | None
    ) = None


class HTTPBackend(WeightedBackend):
    """A backend with filters of its own."""

    filters: HTTPFilters = ()


class HTTPRouteRule(Model):
    """Matches are alternatives; a rule without backends answers 500 unless a filter answers."""

    name: SectionName | None = None
    matches: Annotated[tuple[HTTPRouteMatch, ...], Field(max_length=64)] = (HTTPRouteMatch(),)
    filters: HTTPFilters = ()
    backend_refs: Annotated[tuple[HTTPBackend, ...], Field(max_length=16)] = ()
    timeouts: Timeouts | None = None
    retry: Retry | None = None
    session_persistence: SessionPersistence | None = None


class HTTPRouteSpec(Model):
    """Rules for `hostnames` at the parents."""

    parent_refs: ParentReferences = ()
    use_default_gateways: Literal["All", "None"] | None = None
    hostnames: Annotated[tuple[Hostname, ...], Field(max_length=16)] = ()
    rules: Annotated[tuple[HTTPRouteRule, ...], Field(min_length=1, max_length=16)] = (
        HTTPRouteRule(),
    )


class HTTPRoute(MeshObject):
    """gateway.networking.k8s.io HTTPRoute."""

    GROUP: ClassVar[str] = GROUP

    api_version: str = VERSION
    kind: Literal["HTTPRoute"] = "HTTPRoute"
    metadata: Metadata
    spec: HTTPRouteSpec
