"""RouteRule of config.istio.io/v1alpha2: one rule for the calls to one service."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi.base import Count, FreeForm, Model, Percent, StringMap
from libs.meshapi.dialects.istioservice import IstioService
from libs.meshapi.durations import Duration
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.metadata import Metadata
from libs.meshapi.virtualservice import StringMatches

Status = Annotated[int, Field(ge=200, le=599)]
Weight = Annotated[int, Field(ge=0, le=100)]


class MatchRequest(Model):
    """Conditions on headers; `uri`, `method`, `scheme` and `authority` are what they say."""

    headers: StringMatches = Field(default_factory=dict)


class MatchCondition(Model):
    """All conditions hold together. `tcp` and `udp` were read and never acted on."""

    source: IstioService | None = None
    tcp: FreeForm | None = None
    udp: FreeForm | None = None
    request: MatchRequest | None = None


class DestinationWeight(Model):
    """A share of the calls; without `destination` it stays with the rule's own."""

    destination: IstioService | None = None
    labels: StringMap = Field(default_factory=dict)
    weight: Weight = 0


class HTTPRedirect(Model):
    """Answer with a redirect to another path or host."""

    uri: str = ""
    authority: str = ""


class HTTPRewrite(Model):
    """What the service sees instead of path and host."""

    uri: str = ""
    authority: str = ""


class SimpleTimeout(Model):
    """A deadline; the header that a caller could overrule it with is no more."""

    timeout: Duration
    override_header_name: str = ""


class HTTPTimeout(Model):
    """`custom` was read and never acted on."""

    simple_timeout: SimpleTimeout | None = None
    custom: FreeForm | None = None


class SimpleRetry(Model):
    """Retries on any failure of the server or of the connection."""

    attempts: Count = 0
    per_try_timeout: Duration | None = None
    override_header_name: str = ""


class HTTPRetry(Model):
    """`custom` was read and never acted on."""

    simple_retry: SimpleRetry | None = None
    custom: FreeForm | None = None


class FaultDelay(Model):
    """Delays a share of the calls; no `percent` means none."""

    percent: Percent = 0.0
    fixed_delay: Duration | None = None
    exponential_delay: Duration | None = None
    override_header_name: str = ""


class FaultAbort(Model):
    """Aborts a share of the calls; no `percent` means none."""

    percent: Percent = 0.0
    http_status: Status | None = None
    grpc_status: str = ""
    http2_error: str = ""
    override_header_name: str = ""


class HTTPFault(Model):
    """Faults that the calling proxy makes."""

    delay: FaultDelay | None = None
    abort: FaultAbort | None = None


class CorsPolicy(Model):
    """Cross-origin rules; origins are compared as whole texts."""

    allow_origin: tuple[str, ...] = ()
    allow_methods: tuple[str, ...] = ()
    allow_headers: tuple[str, ...] = ()
    expose_headers: tuple[str, ...] = ()
    max_age: Duration | None = None
    allow_credentials: bool | None = None


class RouteRuleSpec(Model):
    """Of the rules for one destination the one with the highest `precedence` is asked first."""

    destination: IstioService
    precedence: Annotated[int, Field(ge=-(2**31), le=2**31 - 1)] = 0
    match: MatchCondition | None = None
    route: tuple[DestinationWeight, ...] = ()
    redirect: HTTPRedirect | None = None
    rewrite: HTTPRewrite | None = None
    websocket_upgrade: bool = False
    http_req_timeout: HTTPTimeout | None = None
    http_req_retries: HTTPRetry | None = None
    http_fault: HTTPFault | None = None
    l4_fault: FreeForm | None = None
    mirror: IstioService | None = None
    cors_policy: CorsPolicy | None = None
    append_headers: StringMap = Field(default_factory=dict)


class RouteRule(MeshObject):
    """config.istio.io RouteRule."""

    GROUP: ClassVar[str] = "config.istio.io"

    api_version: Literal["config.istio.io/v1alpha2"] = "config.istio.io/v1alpha2"
    kind: Literal["RouteRule"] = "RouteRule"
    metadata: Metadata
    spec: RouteRuleSpec
