"""What routes of the Gateway API do to requests and responses on their way."""

from typing import Annotated, ClassVar, Literal

from pydantic import Field

from libs.meshapi import patterns
from libs.meshapi.base import Alternatives, Count, Model, Port
from libs.meshapi.gatewayapi.references import (
    BackendReference,
    LocalReference,
    PreciseHostname,
)

HeaderName = Annotated[str, Field(min_length=1, max_length=256, pattern=patterns.HEADER_NAME)]
HeaderValue = Annotated[str, Field(min_length=1, max_length=4096, pattern=patterns.HEADER_VALUE)]
Texts64 = Annotated[tuple[str, ...], Field(max_length=64)]
HeaderNames = Annotated[tuple[HeaderName, ...], Field(max_length=64)]
PathText = Annotated[str, Field(max_length=1024)]


class Header(Model):
    """A header and its value."""

    name: HeaderName
    value: HeaderValue


class HeaderModifier(Model):
    """Changes of headers; names count without regard to case."""

    set: Annotated[tuple[Header, ...], Field(max_length=16)] = ()
    add: Annotated[tuple[Header, ...], Field(max_length=16)] = ()
    remove: Annotated[tuple[str, ...], Field(max_length=16)] = ()


class Fraction(Model):
    """A share as a fraction of at most 1."""

    numerator: Count
    denominator: Annotated[int, Field(ge=1, le=2**31 - 1)] = 100


class RequestMirror(Model):
    """A backend that gets a copy of requests, all of them unless a share is written."""

    backend_ref: BackendReference
    percent: Annotated[int, Field(ge=0, le=100)] | None = None
    fraction: Fraction | None = None


class PathModifier(Model):
    """A new path: the whole of it, or the part that a prefix matched."""

    type: Literal["ReplaceFullPath", "ReplacePrefixMatch"]
    replace_full_path: PathText | None = None
    replace_prefix_match: PathText | None = None


class RequestRedirect(Model):
    """An answer that sends the client elsewhere."""

    scheme: Literal["http", "https"] | None = None
    hostname: PreciseHostname | None = None
    path: PathModifier | None = None
    port: Port | None = None
    status_code: Literal[301, 302, 303, 307, 308] = 302


class URLRewrite(Model):
    """Host and path as the backend sees them."""

    hostname: PreciseHostname | None = None
    path: PathModifier | None = None


CORSMethod = Literal[
    "GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "*"
]
CORSOrigin = Annotated[str, Field(min_length=1, max_length=253, pattern=patterns.CORS_ORIGIN)]


class CORS(Model):
    """Cross-origin rules; `*` stands alone in its list. `max_age` is in seconds."""

    allow_origins: Annotated[tuple[CORSOrigin, ...], Field(max_length=64)] = ()
    allow_credentials: bool | None = None
    allow_methods: Annotated[tuple[CORSMethod, ...], Field(max_length=9)] = ()
    allow_headers: HeaderNames = ()
    expose_headers: HeaderNames = ()
    max_age: Annotated[int, Field(ge=1, le=2**31 - 1)] = 5


class GRPCAuth(Model):
    """Headers that are sent to a gRPC authorizer."""

    allowed_headers: Texts64 = ()


class HTTPAuth(Model):
    """What an HTTP authorizer is asked, and which of its headers are kept."""

    path: Annotated[str, Field(max_length=1024, pattern=patterns.URL_PATH)] | None = None
    allowed_headers: Texts64 = ()
    allowed_response_headers: Texts64 = ()


class ForwardBody(Model):
    """How many bytes of the body are sent along; 0 sends none."""

    max_size: Annotated[int, Field(ge=0, le=65535)] = 0


class ExternalAuth(Model):
    """A service that is asked before the backend is."""

    ALTERNATIVES: ClassVar[Alternatives] = (("grpc", "http"),)

    protocol: Literal["HTTP", "GRPC"]
    backend_ref: BackendReference
    grpc: GRPCAuth | None = None
    http: HTTPAuth | None = None
    forward_body: ForwardBody | None = None


class GRPCRouteFilter(Model):
    """One filter of a GRPCRoute: its `type`, and the field that goes with it."""

    type: Literal[
        "RequestHeaderModifier", "ResponseHeaderModifier", "RequestMirror", "ExtensionRef"
    ]
    request_header_modifier: HeaderModifier | None = None
    response_header_modifier: HeaderModifier | None = None
    request_mirror: RequestMirror | None = None
    extension_ref: LocalReference | None = None


class HTTPRouteFilter(Model):
    """One filter of an HTTPRoute: its `type`, and the field that goes with it."""

    type: Literal[
        "RequestHeaderModifier",
        "ResponseHeaderModifier",
        "RequestMirror",
        "RequestRedirect",
        "URLRewrite",
        "ExtensionRef",
        "CORS",
        "ExternalAuth",
    ]
    request_header_modifier: HeaderModifier | None = None
    response_header_modifier: HeaderModifier | None = None
    request_mirror: RequestMirror | None = None
    request_redirect: RequestRedirect | None = None
    url_rewrite: URLRewrite | None = None
    cors: CORS | None = None
    external_auth: ExternalAuth | None = None
    extension_ref: LocalReference | None = None
