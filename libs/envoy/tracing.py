"""Where a connection manager sends spans, how many, and with which tags."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from operator import attrgetter
from typing import Final

from google.protobuf.message import Message
from protogen.envoy.config.core.v3 import base_pb2, grpc_service_pb2
from protogen.envoy.config.trace.v3 import http_tracer_pb2, opentelemetry_pb2, zipkin_pb2
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.request_id.uuid.v3 import uuid_pb2
from protogen.envoy.type.tracing.v3 import custom_tag_pb2

from libs.envoy.anys import pack
from libs.envoy.wellknown import boolean, duration, uint32

Tracing = hcm_pb2.HttpConnectionManager.Tracing
Provider = http_tracer_pb2.Tracing.Http
CustomTag = custom_tag_pb2.CustomTag
_ZIPKIN_PATH: Final = "/api/v2/spans"
_OTLP_PATH: Final = "/v1/traces"
OTLP_TIMEOUT: Final = timedelta(seconds=1)
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
    return _provider("envoy.tracers.zipkin", config)


def otlp_grpc(collector: Collector, service_name: str) -> Provider:
    """Return a provider that speaks OTLP over gRPC."""
    config = opentelemetry_pb2.OpenTelemetryConfig(
        grpc_service=grpc_service(collector), service_name=service_name
    )
    return _provider("envoy.tracers.opentelemetry", config)


def otlp_http(collector: Collector, service_name: str) -> Provider:
    """Return a provider that speaks OTLP over HTTP."""
    config = opentelemetry_pb2.OpenTelemetryConfig(service_name=service_name)
    uri = config.http_service.http_uri
    uri.uri = f"http://{collector.host}{collector.path or _OTLP_PATH}"
    uri.cluster = collector.cluster
    uri.timeout.CopyFrom(duration(collector.timeout or OTLP_TIMEOUT))
    for name, value in collector.headers:
        config.http_service.request_headers_to_add.add(
            header=base_pb2.HeaderValue(key=name, value=value)
        )
    return _provider("envoy.tracers.opentelemetry", config)


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
