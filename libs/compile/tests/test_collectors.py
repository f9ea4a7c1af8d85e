"""Providers that a mesh defines, and those that it has without a word."""

import pytest
from protogen.envoy.extensions.access_loggers.file.v3 import file_pb2

from libs.compile import collectors
from libs.envoy import accesslog
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.providers import (
    ExtensionProvider,
    FileLog,
    HTTPLogService,
    OpenTelemetry,
    OpenTelemetryLog,
    TCPLogService,
    Zipkin,
)
from libs.meshapi.meshconfig.proxy import ProxySettings
from libs.meshapi.meshconfig.tracing import AddressedTracer, ProxyTracing


def _line(mesh: MeshConfig, provider: FileLog | None = None) -> file_pb2.FileAccessLog:
    one = ExtensionProvider(name="a", envoy_file_access_log=provider or FileLog())
    log = collectors.logger(one, "", mesh, http=True)
    config = file_pb2.FileAccessLog()
    assert log is not None
    assert log.typed_config.Unpack(config)
    return config


def test_the_meshs_form_is_that_of_logs_that_say_none() -> None:
    """Text as it is written, JSON by its fields; what is no JSON is the usual line."""
    text = _line(MeshConfig(access_log_format="%PATH%"))
    assert text.log_format.text_format_source.inline_string == "%PATH%\n"
    fields = _line(MeshConfig(access_log_format='{"p": "%PATH%"}', access_log_encoding="JSON"))
    assert dict(fields.log_format.json_format) == {"p": "%PATH%"}
    usual = _line(MeshConfig(access_log_format="no JSON", access_log_encoding="JSON"))
    assert set(usual.log_format.json_format) == set(accesslog.FIELDS)


def test_every_mesh_has_its_proxies_output() -> None:
    """It is called `envoy`; a definition of that name replaces it."""
    own = FileLog(path="/own")
    assert collectors.providers(MeshConfig())["envoy"].envoy_file_access_log == FileLog(
        path=collectors.STDOUT
    )
    defined = ExtensionProvider(name="envoy", envoy_file_access_log=own)
    mesh = MeshConfig(extension_providers=(defined,))
    assert collectors.providers(mesh)["envoy"] == defined


def test_the_oldest_settings_name_a_zipkin_by_its_address() -> None:
    """It traces only where `enableTracing` is written."""
    tracing = ProxyTracing(zipkin=AddressedTracer(address="zipkin.istio-system:9411"))
    config = ProxySettings(tracing=tracing)
    silent = MeshConfig(default_config=config)
    assert collectors.default_tracer(silent) == ""
    name = collectors.default_tracer(MeshConfig(default_config=config, enable_tracing=True))
    found = collectors.providers(silent)[name].zipkin
    assert found == Zipkin(service="zipkin.istio-system", port=9411)


@pytest.mark.parametrize(
    ("provider", "http", "logs"),
    [
        ({"envoy_http_als": HTTPLogService(service="a", port=1)}, True, True),
        ({"envoy_http_als": HTTPLogService(service="a", port=1)}, False, False),
        ({"envoy_tcp_als": TCPLogService(service="a", port=1)}, False, True),
        ({"envoy_tcp_als": TCPLogService(service="a", port=1)}, True, False),
        ({"envoy_otel_als": OpenTelemetryLog(service="a", port=1)}, True, True),
        ({"zipkin": Zipkin(service="a", port=1)}, True, False),
    ],
)
def test_a_log_service_takes_its_own_calls(
    provider: dict[str, object], *, http: bool, logs: bool
) -> None:
    """Requests go to the one, connections to the other, OTLP takes both."""
    one = ExtensionProvider.model_validate({"name": "a", **provider}, by_name=True)
    assert (collectors.logger(one, "a.example", MeshConfig(), http=http) is not None) is logs


def test_a_service_is_named_with_its_namespace_or_in_the_root_one() -> None:
    """A name with a dot is complete."""
    names = ("shop/otel", "otel", "otel.example")
    found = [
        collectors.service_host(OpenTelemetry(service=name, port=1), "cluster.local", "root")
        for name in names
    ]
    assert found == [
        "otel.shop.svc.cluster.local",
        "otel.root.svc.cluster.local",
        "otel.example",
    ]
