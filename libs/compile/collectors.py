"""The mesh's providers of telemetry, the services behind them, and their logs as messages."""

from collections.abc import Container, Iterator, Mapping
from typing import Any

import orjson

from libs.compile.hosts import fqdn
from libs.compile.tracers import cluster_of
from libs.envoy import accesslog
from libs.envoy.accesslog import AccessLog, Form, Service
from libs.envoy.tracing import Collector
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.providers import (
    Datadog,
    ExtensionProvider,
    FileLog,
    LogFormat,
    OpenTelemetryLog,
    ProviderService,
    Zipkin,
)

STDOUT = "/dev/stdout"
_BUILT_IN_LOG = "envoy"
"""The name under which every mesh has the log of its proxies' own output."""

_TRACING = ("zipkin", "opentelemetry", "datadog", "skywalking")
_LOGGING = ("envoy_otel_als", "envoy_http_als", "envoy_tcp_als")
_LOG_NAMES = {
    "envoy_otel_als": "otel_envoy_accesslog",
    "envoy_http_als": "http_envoy_accesslog",
    "envoy_tcp_als": "tcp_envoy_accesslog",
}
_MESH_ZIPKIN = "mesh-zipkin"
"""The provider that `defaultConfig.tracing.zipkin` or `zipkinAddress` means."""

_MESH_DATADOG = "mesh-datadog"
"""The provider that `defaultConfig.tracing.datadog` means."""


def providers(mesh: MeshConfig) -> Mapping[str, ExtensionProvider]:
    """Return every provider by name, those that nobody has to define as well."""
    found = {_BUILT_IN_LOG: _built_in(mesh)}
    if (place := _place(_zipkin_address(mesh))) is not None:
        zipkin = Zipkin(service=place[0], port=place[1])
        found[_MESH_ZIPKIN] = ExtensionProvider(name=_MESH_ZIPKIN, zipkin=zipkin)
    if (place := _place(_datadog_address(mesh))) is not None:
        datadog = Datadog(service=place[0], port=place[1])
        found[_MESH_DATADOG] = ExtensionProvider(name=_MESH_DATADOG, datadog=datadog)
    found.update((one.name, one) for one in mesh.extension_providers)
    return found


def default_tracer(mesh: MeshConfig) -> str:
    """Return the provider that traces where `enableTracing` is all that somebody says."""
    if not mesh.enable_tracing:
        return ""
    if _datadog_address(mesh):
        return _MESH_DATADOG
    return _MESH_ZIPKIN if _zipkin_address(mesh) else ""


def _place(address: str) -> tuple[str, int] | None:
    host, _, port = address.rpartition(":")
    return (host, int(port)) if host and port.isdecimal() else None


def _datadog_address(mesh: MeshConfig) -> str:
    tracing = mesh.default_config.tracing if mesh.default_config else None
    return tracing.datadog.address if tracing and tracing.datadog else ""


def mesh_log(mesh: MeshConfig) -> AccessLog | None:
    """Return the log of `accessLogFile`, None where there is none."""
    return _file(FileLog(path=mesh.access_log_file), mesh) if mesh.access_log_file else None


def _built_in(mesh: MeshConfig) -> ExtensionProvider:
    path = mesh.access_log_file or STDOUT
    return ExtensionProvider(name=_BUILT_IN_LOG, envoy_file_access_log=FileLog(path=path))


def _zipkin_address(mesh: MeshConfig) -> str:
    """Where tracing is turned on and nobody says more, it is Istio's usual place."""
    usual = f"zipkin.{mesh.root_namespace}:9411" if mesh.enable_tracing else ""
    config = mesh.default_config
    if config is None:
        return usual
    stated = config.tracing.zipkin if config.tracing else None
    return (stated.address if stated else config.zipkin_address) or usual


def service_host(
    provider: ProviderService, domain: str, root: str, known: Container[str] = ()
) -> str:
    """Return the host of a provider's service, written `host` or `namespace/host`.

    A host that is not known is read as `name.namespace` where that is.
    """
    namespace, slash, host = provider.service.rpartition("/")
    whole = fqdn(host, namespace if slash else root, domain)
    longer = f"{host}.svc.{domain}"
    return longer if whole not in known and longer in known else whole


def services_of(one: ExtensionProvider) -> Iterator[ProviderService]:
    """Yield the services behind a provider that traces or logs."""
    for name in (*_TRACING, *_LOGGING):
        service = getattr(one, name)
        if service is not None:
            yield service
    sampler = one.opentelemetry.dynatrace_sampler if one.opentelemetry else None
    if sampler is not None and sampler.http_service is not None:
        yield sampler.http_service


def logger(one: ExtensionProvider, host: str, mesh: MeshConfig, *, http: bool) -> AccessLog | None:
    """Return the log of a provider; None for one that logs no such calls."""
    if one.envoy_file_access_log is not None:
        return _file(one.envoy_file_access_log, mesh)
    if one.envoy_otel_als is not None:
        return _otlp_log(one.envoy_otel_als, host)
    if one.envoy_http_als is not None and http:
        own = one.envoy_http_als
        service = _service(own, host, "envoy_http_als", own.log_name)
        service = Service(service.collector, service.log_name, own.filter_state_objects_to_log)
        return accesslog.to_http_service(
            service,
            own.additional_request_headers_to_log,
            own.additional_response_headers_to_log,
            own.additional_response_trailers_to_log,
        )
    if one.envoy_tcp_als is not None and not http:
        tcp = one.envoy_tcp_als
        service = _service(tcp, host, "envoy_tcp_als", tcp.log_name)
        state = tcp.filter_state_objects_to_log
        return accesslog.to_tcp_service(Service(service.collector, service.log_name, state))
    return None


def _service(provider: ProviderService, host: str, kind: str, log_name: str) -> Service:
    return Service(Collector(cluster_of(provider, host), host), log_name or _LOG_NAMES[kind])


def _otlp_log(one: OpenTelemetryLog, host: str) -> AccessLog:
    written = one.log_format or LogFormat()
    body = written.text or ("" if written.labels else accesslog.default_text().rstrip("\n"))
    service = _service(one, host, "envoy_otel_als", one.log_name)
    return accesslog.to_otlp(service, body, written.labels or {})


def _file(one: FileLog, mesh: MeshConfig) -> AccessLog:
    """A format of the provider counts, then the mesh's, then the usual one."""
    written, empty = one.log_format, one.omit_empty_values
    if written is not None and written.labels is not None:
        form = Form(fields=written.labels or accesslog.FIELDS, without_empty=empty)
    elif written is not None and written.text:
        form = Form(text=written.text, without_empty=empty)
    else:
        form = _mesh_form(mesh, without_empty=empty)
    return accesslog.to_file(one.path or STDOUT, form)


def _mesh_form(mesh: MeshConfig, *, without_empty: bool) -> Form:
    text = mesh.access_log_format
    if mesh.access_log_encoding == "JSON":
        return Form(fields=_object(text) or accesslog.FIELDS, without_empty=without_empty)
    return Form(text=text or accesslog.default_text(), without_empty=without_empty)


def _object(text: str) -> Mapping[str, Any]:
    """Read a JSON object; nothing for a text that is none."""
    try:
        value = orjson.loads(text)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}
