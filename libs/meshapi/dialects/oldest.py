"""Route rules of the first release: documents with a `type` and no API version.

Their fields below `spec` keep their places, so that every message finds its line.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Final, Literal

from pydantic import Field

from libs.meshapi.base import Model, StringMap
from libs.meshapi.dialects.istioservice import IstioService
from libs.meshapi.dialects.routerule import (
    CorsPolicy,
    DestinationWeight,
    HTTPFault,
    HTTPRedirect,
    HTTPRetry,
    HTTPRewrite,
    HTTPTimeout,
    MatchCondition,
    MatchRequest,
    RouteRule,
    RouteRuleSpec,
    Weight,
)
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.texts import NonEmpty
from libs.meshapi.virtualservice import StringMatches

API_VERSION: Final = "config.istio.io/v1alpha1"
TYPE: Final = "route-rule"
_IDENTITY = frozenset({"type", "name", "namespace"})


class OldestMatch(Model):
    """The caller by host and tags, and headers."""

    source: str = ""
    source_tags: StringMap = Field(default_factory=dict)
    http_headers: StringMatches = Field(default_factory=dict)


class OldestWeight(Model):
    """A share of the calls; without `destination` it stays with the rule's own."""

    destination: str = ""
    tags: StringMap = Field(default_factory=dict)
    weight: Weight = 0


class OldestRouteRuleSpec(Model):
    """As a RouteRule, with hosts as texts and labels under the name of tags."""

    destination: NonEmpty
    precedence: int = 0
    match: OldestMatch | None = None
    route: tuple[OldestWeight, ...] = ()
    redirect: HTTPRedirect | None = None
    rewrite: HTTPRewrite | None = None
    http_req_timeout: HTTPTimeout | None = None
    http_req_retries: HTTPRetry | None = None
    http_fault: HTTPFault | None = None
    cors_policy: CorsPolicy | None = None


class OldestRouteRule(MeshObject):
    """`type: route-rule`."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: Literal["config.istio.io/v1alpha1"] = API_VERSION
    kind: Literal["route-rule"] = TYPE
    metadata: Metadata
    spec: OldestRouteRuleSpec


def as_object(raw: Any) -> Any:
    """Give a document of the first release the identity of an object; return others unchanged."""
    if not isinstance(raw, Mapping) or raw.get("type") != TYPE or "apiVersion" in raw:
        return raw
    metadata = {key: raw[key] for key in ("name", "namespace") if key in raw}
    rest = {key: value for key, value in raw.items() if key not in _IDENTITY}
    return {"apiVersion": API_VERSION, "kind": TYPE, "metadata": metadata, **rest}


def route_rule(oldest: OldestRouteRule) -> RouteRule:
    """Return the RouteRule that a rule of the first release is."""
    spec = oldest.spec
    return RouteRule(
        metadata=oldest.metadata,
        spec=RouteRuleSpec(
            destination=IstioService(service=spec.destination),
            precedence=spec.precedence,
            match=_match(spec.match) if spec.match is not None else None,
            route=tuple(_weight(one) for one in spec.route),
            redirect=spec.redirect,
            rewrite=spec.rewrite,
            http_req_timeout=spec.http_req_timeout,
            http_req_retries=spec.http_req_retries,
            http_fault=spec.http_fault,
            cors_policy=spec.cors_policy,
        ),
    )


def _match(match: OldestMatch) -> MatchCondition:
    named = match.source or match.source_tags
    return MatchCondition(
        source=IstioService(service=match.source, labels=match.source_tags) if named else None,
        request=MatchRequest(headers=match.http_headers) if match.http_headers else None,
    )


def _weight(one: OldestWeight) -> DestinationWeight:
    elsewhere = IstioService(service=one.destination) if one.destination else None
    return DestinationWeight(destination=elsewhere, labels=one.tags, weight=one.weight)
