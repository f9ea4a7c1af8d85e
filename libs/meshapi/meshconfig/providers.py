"""Services outside the proxies that authorize, trace, measure or log for a mesh."""

from typing import Annotated, Literal

from pydantic import Field

from libs.meshapi.base import Count, FreeForm, Model, Port, StringMap, UnsignedCount
from libs.meshapi.durations import Duration
from libs.meshapi.meshconfig.proxy import Empty
from libs.meshapi.meshconfig.tracing import TraceContext
from libs.meshapi.texts import NonEmpty


class ProviderService(Model):
    """A service of the registry, `name` or `namespace/name`, and its port."""

    service: NonEmpty
    port: Port


class CheckBody(Model):
    """How much of the request's body an authorizer sees."""

    max_request_bytes: UnsignedCount = 0
    allow_partial_message: bool = False
    pack_as_bytes: bool = False


class HTTPAuthorizer(ProviderService):
    """An authorizer that is asked over HTTP."""

    timeout: Duration | None = None
    path_prefix: str = ""
    fail_open: bool = False
    clear_route_cache: bool = False
    status_on_error: str = ""
    include_headers_in_check: tuple[str, ...] = ()
    include_request_headers_in_check: tuple[str, ...] = ()
    include_additional_headers_in_check: StringMap = Field(default_factory=dict)
    include_request_body_in_check: CheckBody | None = None
    headers_to_upstream_on_allow: tuple[str, ...] = ()
    headers_to_downstream_on_deny: tuple[str, ...] = ()
    headers_to_downstream_on_allow: tuple[str, ...] = ()


class GRPCAuthorizer(ProviderService):
    """An authorizer that is asked over gRPC."""

    timeout: Duration | None = None
    fail_open: bool = False
    clear_route_cache: bool = False
    status_on_error: str = ""
    include_request_body_in_check: CheckBody | None = None


class ProviderHeader(Model):
    """A header of the provider's requests: `value` and `env_name` exclude each other."""

    name: NonEmpty
    value: str | None = Field(default=None, repr=False)
    env_name: str | None = None


class Zipkin(ProviderService):
    """A Zipkin collector."""

    max_tag_length: UnsignedCount = 0
    enable_64bit_trace_id: bool = False
    path: str = ""
    trace_context_option: Literal["USE_B3", "USE_B3_WITH_W3C_PROPAGATION"] = "USE_B3"
    timeout: Duration | None = None
    headers: tuple[ProviderHeader, ...] = ()


class Lightstep(ProviderService):
    """Lightstep's satellites."""

    access_token: str = Field(default="", repr=False)
    max_tag_length: UnsignedCount = 0


class Datadog(ProviderService):
    """A Datadog agent."""

    max_tag_length: UnsignedCount = 0


class SkyWalking(ProviderService):
    """A SkyWalking collector."""

    access_token: str = Field(default="", repr=False)


class StackdriverLogging(Model):
    """Labels of Google Cloud's logs, each a CEL expression."""

    labels: StringMap = Field(default_factory=dict)


class Stackdriver(Model):
    """Google Cloud's operations."""

    debug: bool = False
    max_number_of_attributes: Count | None = None
    max_number_of_annotations: Count | None = None
    max_number_of_message_events: Count | None = None
    max_tag_length: UnsignedCount = 0
    logging: StackdriverLogging | None = None


class OpenCensus(ProviderService):
    """An OpenCensus agent."""

    context: tuple[TraceContext, ...] = ()
    max_tag_length: UnsignedCount = 0


class ExportHTTP(Model):
    """How OTLP is sent over HTTP."""

    path: str = ""
    timeout: Duration | None = None
    headers: tuple[ProviderHeader, ...] = ()


class ExportGRPC(Model):
    """How OTLP is sent over gRPC."""

    timeout: Duration | None = None
    initial_metadata: tuple[ProviderHeader, ...] = ()


class ResourceDetectors(Model):
    """Where attributes of the resource come from."""

    environment: Empty | None = None
    dynatrace: Empty | None = None


class DynatraceAPI(ProviderService):
    """Where a Dynatrace sampler gets its budget."""

    http: ExportHTTP | None = None


class DynatraceSampler(Model):
    """Sampling that Dynatrace decides."""

    tenant: NonEmpty
    cluster_id: Annotated[int, Field(ge=-(2**31), le=2**31 - 1)]
    root_spans_per_minute: UnsignedCount = 0
    http_service: DynatraceAPI | None = None


class OpenTelemetry(ProviderService):
    """An OTLP collector; `http` and `grpc` exclude each other."""

    max_tag_length: UnsignedCount = 0
    http: ExportHTTP | None = None
    grpc: ExportGRPC | None = None
    resource_detectors: ResourceDetectors | None = None
    service_attribute_enrichment: Literal["ISTIO_CANONICAL", "OTEL_SEMANTIC_CONVENTIONS"] = (
        "ISTIO_CANONICAL"
    )
    dynatrace_sampler: DynatraceSampler | None = None


class LogFormat(Model):
    """The form of a line: `text`, or `labels` of a JSON object."""

    text: str | None = None
    labels: FreeForm | None = None


class FileLog(Model):
    """A log file of the proxy."""

    path: str = ""
    log_format: LogFormat | None = None
    omit_empty_values: bool = False


class TCPLogService(ProviderService):
    """Envoy's access log service for connections."""

    log_name: str = ""
    filter_state_objects_to_log: tuple[str, ...] = ()


class HTTPLogService(TCPLogService):
    """Envoy's access log service for requests."""

    additional_request_headers_to_log: tuple[str, ...] = ()
    additional_response_headers_to_log: tuple[str, ...] = ()
    additional_response_trailers_to_log: tuple[str, ...] = ()


class OpenTelemetryLog(ProviderService):
    """Access logs over OTLP."""

    log_name: str = ""
    log_format: LogFormat | None = None


class SecretSource(ProviderService):
    """A service that serves secrets, as which `name` it is known."""

    name: str = ""


class ExtensionProvider(Model):
    """A provider under a name: exactly one of the other fields."""

    name: NonEmpty
    envoy_ext_authz_http: HTTPAuthorizer | None = None
    envoy_ext_authz_grpc: GRPCAuthorizer | None = None
    zipkin: Zipkin | None = None
    lightstep: Lightstep | None = None
    datadog: Datadog | None = None
    stackdriver: Stackdriver | None = None
    opencensus: OpenCensus | None = None
    skywalking: SkyWalking | None = None
    opentelemetry: OpenTelemetry | None = None
    prometheus: Empty | None = None
    envoy_file_access_log: FileLog | None = None
    envoy_http_als: HTTPLogService | None = None
    envoy_tcp_als: TCPLogService | None = None
    envoy_otel_als: OpenTelemetryLog | None = None
    sds: SecretSource | None = None
