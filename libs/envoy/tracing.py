"""Where a connection manager sends spans, how many, and with which tags."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from operator import attrgetter
from typing import Final

from google.protobuf.message import Message
from protogen.envoy.config.core.v3 import base_pb2, grpc_service_pb2, http_service_pb2
from protogen.envoy.config.trace.v3 import (
    datadog_pb2,
    http_tracer_pb2,
    opentelemetry_pb2,
    skywalking_pb2,
    zipkin_pb2,
)
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.request_id.uuid.v3 import uuid_pb2
from protogen.envoy.extensions.tracers.opentelemetry.resource_detectors.v3 import (
    dynatrace_resource_detector_pb2 as dynatrace_pb2,
)
from protogen.envoy.extensions.tracers.opentelemetry.resource_detectors.v3 import (
    environment_resource_detector_pb2 as environment_pb2,
)
from protogen.envoy.extensions.tracers.opentelemetry.resource_detectors.v3 import (
    static_config_resource_detector_pb2 as static_pb2,
)
from protogen.envoy.extensions.tracers.opentelemetry.samplers.v3 import dynatrace_sampler_pb2
from protogen.envoy.type.tracing.v3 import custom_tag_pb2

from libs.envoy.anys import pack
from libs.envoy.wellknown import boolean, duration, uint32

Tracing = hcm_pb2.HttpConnectionManager.Tracing
Provider = http_tracer_pb2.Tracing.Http
CustomTag = custom_tag_pb2.CustomTag
_ZIPKIN_PATH: Final = "/api/v2/spans"
_OTLP_PATH: Final = "/v1/traces"
_DETECTOR: Final = "envoy.tracers.opentelemetry.resource_detectors"
_SAMPLER: Final = "envoy.tracers.opentelemetry.samplers.dynatrace"
HTTP_TIMEOUT: Final = timedelta(seconds=1)
_WHOLE_PERCENT: Final = 100.0


@dataclass(frozen=True, slots=True)
class Collector:
    """A collector: the cluster that leads to it, the host it is called by, and a path over HTTP."""

    cluster: str
    host: str
    path: str = ""
    timeout: timedelta | None = None
    headers: Sequence[tuple[str, str]] = ()


def zipkin(collector: Collector, *, wide_ids: bool = True, w3c: bool = False) -> Provider:
    """Return a Zipkin provider. `w3c` passes the context on in W3C's headers as well as in B3's."""
    config = zipkin_pb2.ZipkinConfig(
        collector_cluster=collector.cluster,
        collector_endpoint=collector.path or _ZIPKIN_PATH,
        collector_endpoint_version=zipkin_pb2.ZipkinConfig.HTTP_JSON,
        collector_hostname=collector.host,
        trace_id_128bit=wide_ids,
        shared_span_context=boolean(False),
    )
    if w3c:
        config.trace_context_option = zipkin_pb2.ZipkinConfig.USE_B3_WITH_W3C_PROPAGATION
    if collector.timeout is not None or collector.headers:
        config.collector_service.CopyFrom(_http_service(collector, _ZIPKIN_PATH))
    return _provider("envoy.tracers.zipkin", config)


def datadog(collector: Collector, service_name: str) -> Provider:
    """Return a provider for a Datadog agent."""
    config = datadog_pb2.DatadogConfig(
        collector_cluster=collector.cluster,
        collector_hostname=collector.host,
        service_name=service_name,
    )
    return _provider("envoy.tracers.datadog", config)


def skywalking(collector: Collector, service_name: str, token: str = "") -> Provider:
    """Return a provider for a SkyWalking collector, which may want a token."""
    config = skywalking_pb2.SkyWalkingConfig(grpc_service=grpc_service(collector))
    config.client_config.service_name = service_name
    if token:
        config.client_config.backend_token = token
    return _provider("envoy.tracers.skywalking", config)


@dataclass(frozen=True, slots=True)
class Resource:
    """Who reports by OTLP: a service's name, fixed attributes, and where more come from."""

    service_name: str
    attributes: Mapping[str, str] = field(default_factory=dict)
    environment: bool = False
    dynatrace: bool = False


@dataclass(frozen=True, slots=True)
class Sampling:
    """Sampling by Dynatrace's rules; `asked` says how many root spans a minute there may be."""

    tenant: str
    cluster_id: int
    root_spans_per_minute: int = 0
    asked: Collector | None = None


def otlp_grpc(
    collector: Collector, resource: Resource, sampling: Sampling | None = None
) -> Provider:
    """Return a provider that speaks OTLP over gRPC."""
    config = _otlp(resource, sampling)
    config.grpc_service.CopyFrom(grpc_service(collector))
    return _provider("envoy.tracers.opentelemetry", config)


def otlp_http(
    collector: Collector, resource: Resource, sampling: Sampling | None = None
) -> Provider:
    """Return a provider that speaks OTLP over HTTP."""
    config = _otlp(resource, sampling)
    config.http_service.CopyFrom(_http_service(collector, _OTLP_PATH))
    return _provider("envoy.tracers.opentelemetry", config)


def _otlp(resource: Resource, sampling: Sampling | None) -> opentelemetry_pb2.OpenTelemetryConfig:
    """Attributes that are stated beat those that are found."""
    config = opentelemetry_pb2.OpenTelemetryConfig(service_name=resource.service_name)
    found: list[tuple[str, Message]] = []
    if resource.environment:
        found.append(("environment", environment_pb2.EnvironmentResourceDetectorConfig()))
    if resource.dynatrace:
        found.append(("dynatrace", dynatrace_pb2.DynatraceResourceDetectorConfig()))
    if resource.attributes:
        stated = static_pb2.StaticConfigResourceDetectorConfig(attributes=resource.attributes)
        found.append(("static_config", stated))
    for name, one in found:
        config.resource_detectors.add(name=f"{_DETECTOR}.{name}", typed_config=pack(one))
    if sampling is not None:
        config.sampler.name = _SAMPLER
        config.sampler.typed_config.CopyFrom(pack(_dynatrace(sampling)))
    return config


def _dynatrace(sampling: Sampling) -> dynatrace_sampler_pb2.DynatraceSamplerConfig:
    config = dynatrace_sampler_pb2.DynatraceSamplerConfig(
        tenant=sampling.tenant,
        cluster_id=sampling.cluster_id,
        root_spans_per_minute=sampling.root_spans_per_minute,
    )
    if sampling.asked is not None:
        config.http_service.CopyFrom(_http_service(sampling.asked))
    return config


def _http_service(collector: Collector, path: str = "") -> http_service_pb2.HttpService:
    result = http_service_pb2.HttpService()
    result.http_uri.uri = f"http://{collector.host}{collector.path or path}"
    result.http_uri.cluster = collector.cluster
    result.http_uri.timeout.CopyFrom(duration(collector.timeout or HTTP_TIMEOUT))
    for name, value in collector.headers:
        result.request_headers_to_add.add(header=base_pb2.HeaderValue(key=name, value=value))
    return result


def grpc_service(collector: Collector) -> grpc_service_pb2.GrpcService:
    """Return a service that is called over a cluster of ours."""
    result = grpc_service_pb2.GrpcService()
    result.envoy_grpc.cluster_name = collector.cluster
    result.envoy_grpc.authority = collector.host
    if collector.timeout is not None:
        result.timeout.CopyFrom(duration(collector.timeout))
    for name, value in collector.headers:
        result.initial_metadata.add(key=name, value=value)
    return result


def _provider(name: str, config: Message) -> Provider:
    return Provider(name=name, typed_config=pack(config))


def tracing(
    provider: Provider, percent: float, tags: Iterable[CustomTag], *, path_characters_max: int
) -> Tracing:
    """Return the tracing of a manager; `percent` of the traces that begin here are kept."""
    result = Tracing(
        provider=provider,
        custom_tags=sorted(tags, key=attrgetter("tag")),
        max_path_tag_length=uint32(path_characters_max),
        spawn_upstream_span=boolean(False),
    )
    result.client_sampling.value = _WHOLE_PERCENT
    result.random_sampling.value = percent
    result.overall_sampling.value = _WHOLE_PERCENT
    return result


def sample_apart_from_ids(manager: hcm_pb2.HttpConnectionManager) -> None:
    """Keep the request's id as it came: whether it is sampled is not written into it."""
    config = uuid_pb2.UuidRequestIdConfig(use_request_id_for_trace_sampling=boolean(False))
    manager.request_id_extension.typed_config.CopyFrom(pack(config))
