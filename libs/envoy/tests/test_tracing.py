"""Tracers of a connection manager."""

from datetime import timedelta

from protogen.envoy.config.trace.v3 import opentelemetry_pb2, zipkin_pb2

from libs.envoy import tracing
from libs.envoy.tracing import Collector, CustomTag, Resource

_HERE = Collector("outbound|80||c.example", "c.example")


def test_zipkin_takes_spans_at_its_usual_path_with_wide_ids() -> None:
    """W3C's headers are passed on where that is asked for."""
    config = zipkin_pb2.ZipkinConfig()
    assert tracing.zipkin(_HERE, w3c=True).typed_config.Unpack(config)
    assert (config.collector_endpoint, config.trace_id_128bit) == ("/api/v2/spans", True)
    assert config.trace_context_option == zipkin_pb2.ZipkinConfig.USE_B3_WITH_W3C_PROPAGATION


def test_otlp_goes_over_grpc_or_over_http() -> None:
    """Both carry the service's name, their headers and a time."""
    timed = Collector(_HERE.cluster, _HERE.host, "/v", timedelta(seconds=2), (("k", "v"),))
    grpc, http = (opentelemetry_pb2.OpenTelemetryConfig() for _ in range(2))
    assert tracing.otlp_grpc(timed, Resource("web.default")).typed_config.Unpack(grpc)
    assert tracing.otlp_http(timed, Resource("web.default")).typed_config.Unpack(http)
    assert grpc.grpc_service.envoy_grpc.cluster_name == http.http_service.http_uri.cluster
    assert grpc.grpc_service.timeout == http.http_service.http_uri.timeout
    assert http.http_service.http_uri.uri == "http://c.example/v"
    assert grpc.service_name == http.service_name == "web.default"


def test_only_traces_that_begin_here_are_sampled() -> None:
    """What a caller has decided is kept; tags stand in the order of their names."""
    tags = [CustomTag(tag="b"), CustomTag(tag="a")]
    found = tracing.tracing(tracing.zipkin(_HERE), 12.5, tags, path_characters_max=64)
    assert (found.client_sampling.value, found.random_sampling.value) == (100, 12.5)
    assert [one.tag for one in found.custom_tags] == ["a", "b"]
