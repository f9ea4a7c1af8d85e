"""The mesh's providers of telemetry as messages, and the services behind them."""

from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Any

import orjson

from libs.compile.hosts import fqdn
from libs.envoy import accesslog, names, tracing
from libs.envoy.accesslog import AccessLog, Form, Service
from libs.envoy.tracing import Collector, Provider
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.providers import (
    ExtensionProvider,
    FileLog,
    LogFormat,
    OpenTelemetry,
    OpenTelemetryLog,
    ProviderHeader,
    ProviderService,
    Zipkin,
)

STDOUT = "/dev/stdout"
_PATH_CHARACTERS_MAX = 256
_BUILT_IN_LOG = "envoy"
"""The name under which every mesh has the log of its proxies' own output."""

_TRACING = ("zipkin", "opentelemetry")
_LOGGING = ("envoy_otel_als", "envoy_http_als", "envoy_tcp_als")
_LOG_NAMES = {
    "envoy_otel_als": "otel_envoy_accesslog",
    "envoy_http_als": "http_envoy_accesslog",
    "envoy_tcp_als": "tcp_envoy_accesslog",
}
_MESH_ZIPKIN = "mesh-zipkin"
"""The provider that `defaultConfig.tracing.zipkin` or `zipkinAddress` means."""


def providers(mesh: MeshConfig) -> Mapping[str, ExtensionProvider]:
    """Return every provider by name, those that nobody has to define as well."""
    found = {_BUILT_IN_LOG: _built_in(mesh)}
    address = _zipkin_address(mesh)
    host, _, port = address.rpartition(":")
    if host and port.isdecimal():
        service = Zipkin(service=host, port=int(port))
        found[_MESH_ZIPKIN] = ExtensionProvider(name=_MESH_ZIPKIN, zipkin=service)
    found.update((one.name, one) for one in mesh.extension_providers)
    return found


def default_tracer(mesh: MeshConfig) -> str:
    """Return the provider that traces where `enableTracing` is all that somebody says."""
    return _MESH_ZIPKIN if mesh.enable_tracing and _zipkin_address(mesh) else ""


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
    """Yield the service behind a provider that traces or logs."""
    for name in (*_TRACING, *_LOGGING):
        service = getattr(one, name)
        if service is not None:
            yield service


def tracer(one: ExtensionProvider, host: str, service_name: str) -> Provider | None:
    """Return the tracer of a provider whose service has the host; None for no such provider."""
    if one.zipkin is not None:
        zipkin = one.zipkin
        collector = Collector(_cluster(zipkin, host), host, zipkin.path)
        both = zipkin.trace_context_option == "USE_B3_WITH_W3C_PROPAGATION"
        return tracing.zipkin(collector, wide_ids=not zipkin.enable_64bit_trace_id, w3c=both)
    return _otlp(one.opentelemetry, host, service_name) if one.opentelemetry else None


def _otlp(otlp: OpenTelemetry, host: str, service_name: str) -> Provider:
    cluster = _cluster(otlp, host)
    if otlp.http is not None:
        headers = _headers(otlp.http.headers)
        collector = Collector(cluster, host, otlp.http.path, otlp.http.timeout, headers)
        return tracing.otlp_http(collector, service_name)
    metadata = _headers(otlp.grpc.initial_metadata) if otlp.grpc else ()
    timeout = otlp.grpc.timeout if otlp.grpc else None
    collector = Collector(cluster, host, timeout=timeout, headers=metadata)
    return tracing.otlp_grpc(collector, service_name)


def path_characters_max(one: ExtensionProvider, of_mesh: int = 0) -> int:
    """Return how much of a path is a tag: the provider's word, the mesh's, then Istio's bound."""
    stated = one.zipkin or one.opentelemetry
    return (stated.max_tag_length if stated else 0) or of_mesh or _PATH_CHARACTERS_MAX


def _cluster(service: ProviderService, host: str) -> str:
    return names.outbound_cluster(host, service.port)


def _headers(written: Iterable[ProviderHeader]) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, one.value) for one in written if one.value is not None)


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
    return Service(Collector(_cluster(provider, host), host), log_name or _LOG_NAMES[kind])


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
