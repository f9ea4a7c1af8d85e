"""Providers of traces as tracers."""

import pytest
from protogen.envoy.config.trace.v3 import (
    datadog_pb2,
    opentelemetry_pb2,
    skywalking_pb2,
    zipkin_pb2,
)
from protogen.envoy.extensions.tracers.opentelemetry.samplers.v3 import dynatrace_sampler_pb2

from libs.compile.tests.worlds import sidecar
from libs.compile.tracers import Reporter, path_characters_max, reporter, tracer
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.providers import ExtensionProvider
from libs.meshapi.settings import read_mesh_config

_HOSTS = {"c.example": "c.example", "api.example": "api.example"}
_WHO = Reporter("web.default")
_LABELS = {"app": "old", "app.kubernetes.io/name": "web", "app.kubernetes.io/version": "v2"}


def _provider(kind: str, more: str = "") -> ExtensionProvider:
    text = f"extensionProviders: [{{name: one, {kind}: {{service: c.example, port: 99{more}}}}}]"
    read = read_mesh_config("mesh.yaml", text.encode())
    assert read.value is not None, read.messages
    return read.value.extension_providers[0]


def test_every_tracer_is_asked_through_the_cluster_of_its_service() -> None:
    """Under the name of the workload, where its protocol has a place for that."""
    datadog, skywalking = datadog_pb2.DatadogConfig(), skywalking_pb2.SkyWalkingConfig()
    made = tracer(_provider("datadog"), _HOSTS, _WHO)
    assert made is not None
    assert made.typed_config.Unpack(datadog)
    assert (datadog.collector_cluster, datadog.service_name) == (
        "outbound|99||c.example",
        "web.default",
    )
    made = tracer(_provider("skywalking", ", accessToken: t"), _HOSTS, _WHO)
    assert made is not None
    assert made.typed_config.Unpack(skywalking)
    assert skywalking.grpc_service.envoy_grpc.cluster_name == datadog.collector_cluster
    assert skywalking.client_config.backend_token == "t"
    assert tracer(_provider("envoyOtelAls"), _HOSTS, _WHO) is None


def test_zipkin_waits_and_says_more_where_that_is_written() -> None:
    """Envoy then reads the whole service from one message."""
    config = zipkin_pb2.ZipkinConfig()
    one = _provider("zipkin", ", timeout: 3s, headers: [{name: k, value: v}], maxTagLength: 9")
    made = tracer(one, _HOSTS, _WHO)
    assert made is not None
    assert made.typed_config.Unpack(config)
    assert config.collector_service.http_uri.uri == "http://c.example/api/v2/spans"
    assert config.collector_service.http_uri.timeout.seconds == 3
    assert config.collector_service.request_headers_to_add[0].header.value == "v"
    assert path_characters_max(one) == 9


def test_otlp_has_detectors_and_a_sampler() -> None:
    """The sampler asks the service that is named for it, or else the collector."""
    detectors = ", resourceDetectors: {environment: {}, dynatrace: {}}"
    sampler = ", dynatraceSampler: {tenant: t, clusterId: 7, rootSpansPerMinute: 5 MORE}"
    named = ", httpService: {service: api.example, port: 80, http: {path: /x}}"
    for more, uri in (
        (sampler.replace(" MORE", named), "http://api.example/x"),
        (sampler.replace(" MORE", "") + ", http: {path: /in}", "http://c.example/api/v2/sampl"),
    ):
        config = opentelemetry_pb2.OpenTelemetryConfig()
        made = tracer(_provider("opentelemetry", detectors + more), _HOSTS, _WHO)
        assert made is not None
        assert made.typed_config.Unpack(config)
        names = [one.name.rpartition(".")[2] for one in config.resource_detectors]
        assert names == ["environment", "dynatrace"]
        asked = dynatrace_sampler_pb2.DynatraceSamplerConfig()
        assert config.sampler.typed_config.Unpack(asked)
        assert (asked.tenant, asked.cluster_id, asked.root_spans_per_minute) == ("t", 7, 5)
        assert asked.http_service.http_uri.uri.startswith(uri)


@pytest.mark.parametrize(
    ("mesh", "more", "name"),
    [
        ("", "", "web.default"),
        ("tracingServiceName: CANONICAL_NAME_ONLY", "", "web"),
        ("tracingServiceName: CANONICAL_NAME_AND_NAMESPACE", "", "web.default"),
        ("tracingServiceName: APP_LABEL_AND_NAMESPACE", "", "old.default"),
        ("", ", serviceAttributeEnrichment: OTEL_SEMANTIC_CONVENTIONS", "web"),
    ],
)
def test_a_workload_reports_under_the_name_that_is_wanted(mesh: str, more: str, name: str) -> None:
    """By the conventions of OpenTelemetry its namespace and version are attributes."""
    read = read_mesh_config("mesh.yaml", f"defaultConfig: {{{mesh}}}".encode())
    who = reporter(
        sidecar(labels=_LABELS), read.value or MeshConfig(), _provider("opentelemetry", more)
    )
    assert who.name == name
    said = {"service.namespace": "default", "service.version": "v2"} if more else {}
    assert who.attributes == said
