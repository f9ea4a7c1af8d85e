"""VirtualService: where calls to a host go."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from libs.meshapi.base import Alternatives, Count, Model, Percent, Port, StringMap, UnsignedCount
from libs.meshapi.durations import Duration
from libs.meshapi.matches import StringMatch
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata

MESH_GATEWAY = "mesh"
"""The reserved gateway name that means every sidecar."""


def _mesh_when_empty(value: tuple[str, ...]) -> tuple[str, ...]:
    return value or (MESH_GATEWAY,)


def _sorted_matches(value: Mapping[str, StringMatch]) -> Mapping[str, StringMatch]:
    return dict(sorted(value.items()))


StringMatches = Annotated[Mapping[str, StringMatch], AfterValidator(_sorted_matches)]


class PortSelector(Model):
    """A port of the destination service."""

    number: Port


class Destination(Model):
    """A service, a subset of it and its port."""

    host: Annotated[str, Field(min_length=1)]
    subset: str = ""
    port: PortSelector | None = None


class HeaderOperations(Model):
    """What to do to the headers of one direction."""

    set: StringMap = Field(default_factory=dict)
    add: StringMap = Field(default_factory=dict)
    remove: tuple[str, ...] = ()


class Headers(Model):
    """Header operations of both directions."""

    request: HeaderOperations | None = None
    response: HeaderOperations | None = None


class HTTPMatchRequest(Model):
    """All conditions of one entry hold together; entries of a list are alternatives."""

    name: str = ""
    uri: StringMatch | None = None
    scheme: StringMatch | None = None
    method: StringMatch | None = None
    authority: StringMatch | None = None
    headers: StringMatches = Field(default_factory=dict)
    without_headers: StringMatches = Field(default_factory=dict)
    query_params: StringMatches = Field(default_factory=dict)
    ignore_uri_case: bool = False
    port: Port | None = None
    gateways: tuple[str, ...] = ()
    source_labels: StringMap = Field(default_factory=dict)
    source_namespace: str = ""
    stat_prefix: str = ""


class HTTPRouteDestination(Model):
    """A destination with its share. `weight` is relative to the sum; 0 alone means all."""

    destination: Destination
    weight: Count = 0
    headers: Headers | None = None


class HTTPRedirect(Model):
    """Answer with a redirect. `port` and `derive_port` exclude each other."""

    ALTERNATIVES: ClassVar[Alternatives] = (("port", "derive_port"), ("uri", "prefix_rewrite"))

    uri: str = ""
    prefix_rewrite: str = ""
    authority: str = ""
    port: Port | None = None
    derive_port: Literal["FROM_PROTOCOL_DEFAULT", "FROM_REQUEST_PORT"] | None = None
    scheme: str = ""
    redirect_code: Annotated[int, Field(ge=300, le=399)] = 301


class HTTPBody(Model):
    """Body of a direct response; `bytes` is base64."""

    ALTERNATIVES: ClassVar[Alternatives] = (("string", "bytes"),)

    string: str | None = None
    bytes: str | None = None


class HTTPDirectResponse(Model):
    """Answer without asking any upstream."""

    status: Annotated[int, Field(ge=200, le=599)]
    body: HTTPBody | None = None


class RegexRewrite(Model):
    """RE2 pattern over the path, and its replacement."""

    match: str = ""
    rewrite: str = ""


class HTTPRewrite(Model):
    """What the upstream sees instead of path and authority."""

    ALTERNATIVES: ClassVar[Alternatives] = (("uri", "uri_regex_rewrite"),)

    uri: str = ""
    authority: str = ""
    uri_regex_rewrite: RegexRewrite | None = None


class HTTPRetry(Model):
    """Retries. `attempts` 0 switches them off."""

    attempts: Count = 0
    per_try_timeout: Duration | None = None
    retry_on: str = ""
    retry_remote_localities: bool | None = None
    retry_ignore_previous_hosts: bool | None = None
    backoff: Duration | None = None


class Percentage(Model):
    """A share in percent."""

    value: Percent = 0.0


class FaultDelay(Model):
    """Delays a share of the requests; no percentage means none."""

    ALTERNATIVES: ClassVar[Alternatives] = (
        ("fixed_delay", "exponential_delay"),
        ("percentage", "percent"),
    )

    fixed_delay: Duration | None = None
    exponential_delay: Duration | None = None
    percentage: Percentage | None = None
    percent: Annotated[int, Field(ge=0, le=100)] | None = None


class FaultAbort(Model):
    """Aborts a share of the requests; no percentage means none."""

    ALTERNATIVES: ClassVar[Alternatives] = (("http_status", "grpc_status", "http2_error"),)

    http_status: Annotated[int, Field(ge=200, le=599)] | None = None
    grpc_status: str | None = None
    http2_error: str | None = None
    percentage: Percentage | None = None


class HTTPFaultInjection(Model):
    """Faults that the calling proxy makes."""

    delay: FaultDelay | None = None
    abort: FaultAbort | None = None


class HTTPMirrorPolicy(Model):
    """A destination that gets a copy of a share of the requests."""

    destination: Destination
    percentage: Percentage | None = None


class CorsPolicy(Model):
    """Cross-origin rules that the proxy answers itself."""

    ALTERNATIVES: ClassVar[Alternatives] = (("allow_origin", "allow_origins"),)

    allow_origin: tuple[str, ...] = ()
    allow_origins: tuple[StringMatch, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: Duration | None = None
    allow_credentials: bool | None = None
    unmatched_preflights: Literal["UNSPECIFIED", "FORWARD", "IGNORE"] = "UNSPECIFIED"


class Delegate(Model):
    """Another VirtualService that goes on from here."""

    name: str = ""
    namespace: str = ""


class HTTPRoute(Model):
    """One rule: the first whose match holds decides.

    `mirrored_percent` and `mirror_percent` are old spellings of `mirror_percentage`.
    """

    ALTERNATIVES: ClassVar[Alternatives] = (
        ("route", "redirect", "direct_response", "delegate"),
        ("mirror", "mirrors"),
        ("mirror_percentage", "mirrored_percent", "mirror_percent"),
    )

    name: str = ""
    match: tuple[HTTPMatchRequest, ...] = ()
    route: tuple[HTTPRouteDestination, ...] = ()
    redirect: HTTPRedirect | None = None
    direct_response: HTTPDirectResponse | None = None
    delegate: Delegate | None = None
    rewrite: HTTPRewrite | None = None
    timeout: Duration | None = None
    retries: HTTPRetry | None = None
    fault: HTTPFaultInjection | None = None
    mirror: Destination | None = None
    mirrors: tuple[HTTPMirrorPolicy, ...] = ()
    mirror_percentage: Percentage | None = None
    mirrored_percent: UnsignedCount | None = Field(
        default=None, validation_alias="mirrorPercent", serialization_alias="mirrorPercent"
    )
    mirror_percent: UnsignedCount | None = Field(
        default=None, validation_alias="mirror_percent", serialization_alias="mirror_percent"
    )
    cors_policy: CorsPolicy | None = None
    headers: Headers | None = None


class RouteDestination(Model):
    """A destination of a TCP or TLS route with its share."""

    destination: Destination
    weight: Count = 0


class TLSMatchAttributes(Model):
    """Conditions on a TLS connection."""

    sni_hosts: tuple[str, ...]
    destination_subnets: tuple[str, ...] = ()
    port: Port | None = None
    source_labels: StringMap = Field(default_factory=dict)
    source_namespace: str = ""
    gateways: tuple[str, ...] = ()


class TLSRoute(Model):
    """Routes TLS that is not terminated, by server name."""

    match: tuple[TLSMatchAttributes, ...]
    route: tuple[RouteDestination, ...] = ()


class L4MatchAttributes(Model):
    """Conditions on a TCP connection."""

    destination_subnets: tuple[str, ...] = ()
    port: Port | None = None
    source_subnet: str = ""
    source_labels: StringMap = Field(default_factory=dict)
    source_namespace: str = ""
    gateways: tuple[str, ...] = ()


class TCPRoute(Model):
    """Routes TCP connections."""

    match: tuple[L4MatchAttributes, ...] = ()
    route: tuple[RouteDestination, ...] = ()


class VirtualServiceSpec(Model):
    """Routes for `hosts` at `gateways`; the reserved gateway `mesh` means every sidecar."""

    hosts: tuple[str, ...] = ()
    gateways: Annotated[tuple[str, ...], AfterValidator(_mesh_when_empty)] = (MESH_GATEWAY,)
    http: tuple[HTTPRoute, ...] = ()
    tls: tuple[TLSRoute, ...] = ()
    tcp: tuple[TCPRoute, ...] = ()
    export_to: tuple[str, ...] = ()


class VirtualService(MeshObject):
    """networking.istio.io VirtualService."""

    GROUP: ClassVar[str] = "networking.istio.io"

    api_version: str = "networking.istio.io/v1"
    kind: Literal["VirtualService"] = "VirtualService"
    metadata: Metadata
    spec: VirtualServiceSpec
