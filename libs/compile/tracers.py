"""The mesh's providers of traces as Envoy's tracers, and the names under which they report."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from libs.compile.proxy import Proxy
from libs.envoy import names, tracing
from libs.envoy.tracing import Collector, Provider, Sampling
from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.providers import (
    DynatraceSampler,
    ExtensionProvider,
    OpenTelemetry,
    ProviderHeader,
    ProviderService,
    Zipkin,
)

LATEST = "latest"
UNKNOWN = "unknown"
CANONICAL = ("service.istio.io/canonical-name", "app.kubernetes.io/name", "app")
REVISION = ("service.istio.io/canonical-revision", "app.kubernetes.io/version", "version")
_CONVENTIONAL = ("app.kubernetes.io/instance", "app.kubernetes.io/name", *CANONICAL)
"""What names a service by the conventions of OpenTelemetry, then what names it otherwise."""

_VERSION = "app.kubernetes.io/version"
_PATH_CHARACTERS_MAX = 256
_BUDGET_PATH = "/api/v2/samplingConfiguration"
"""Where a Dynatrace server says how much may be sampled."""

Hosts = Mapping[str, str]
"""The hosts of a provider's services, by the names that are written for them."""


@dataclass(frozen=True, slots=True)
class Reporter:
    """Who reports: the name of the workload's service, and what else is said of it."""

    name: str
    attributes: Mapping[str, str] = field(default_factory=dict)


def label(proxy: Proxy, keys: Iterable[str], default: str) -> str:
    """Return the first of several labels that a workload has."""
    return next((proxy.labels[key] for key in keys if key in proxy.labels), default)


def reporter(proxy: Proxy, mesh: MeshConfig, one: ExtensionProvider) -> Reporter:
    """Return the name that spans are reported under, as the provider or the mesh wants it."""
    otlp = one.opentelemetry
    if otlp is not None and otlp.service_attribute_enrichment == "OTEL_SEMANTIC_CONVENTIONS":
        said = {"service.namespace": proxy.namespace}
        if _VERSION in proxy.labels:
            said["service.version"] = proxy.labels[_VERSION]
        return Reporter(label(proxy, _CONVENTIONAL, UNKNOWN), said)
    wanted = mesh.default_config.tracing_service_name if mesh.default_config else None
    if wanted == "CANONICAL_NAME_ONLY":
        return Reporter(label(proxy, CANONICAL, UNKNOWN))
    keys = ("app",) if wanted == "APP_LABEL_AND_NAMESPACE" else CANONICAL
    return Reporter(f"{label(proxy, keys, UNKNOWN)}.{proxy.namespace}")


def tracer(one: ExtensionProvider, hosts: Hosts, who: Reporter) -> Provider | None:
    """Return the tracer of a provider; None for one that does not trace."""
    if one.zipkin is not None:
        return _zipkin(one.zipkin, hosts[one.zipkin.service])
    if one.datadog is not None:
        return tracing.datadog(_collector(one.datadog, hosts), who.name)
    if one.skywalking is not None:
        token = one.skywalking.access_token
        return tracing.skywalking(_collector(one.skywalking, hosts), who.name, token)
    return _otlp(one.opentelemetry, hosts, who) if one.opentelemetry else None


def _collector(service: ProviderService, hosts: Hosts) -> Collector:
    return Collector(cluster_of(service, hosts[service.service]), hosts[service.service])


def _zipkin(zipkin: Zipkin, host: str) -> Provider:
    both = zipkin.trace_context_option == "USE_B3_WITH_W3C_PROPAGATION"
    cluster, headers = cluster_of(zipkin, host), _headers(zipkin.headers)
    collector = Collector(cluster, host, zipkin.path, zipkin.timeout, headers)
    return tracing.zipkin(collector, wide_ids=not zipkin.enable_64bit_trace_id, w3c=both)


def _otlp(otlp: OpenTelemetry, hosts: Hosts, who: Reporter) -> Provider:
    host, sampling = hosts[otlp.service], _sampling(otlp, hosts)
    found = otlp.resource_detectors
    resource = tracing.Resource(
        who.name,
        who.attributes,
        environment=bool(found and found.environment),
        dynatrace=bool(found and found.dynatrace),
    )
    cluster = cluster_of(otlp, host)
    if otlp.http is not None:
        headers = _headers(otlp.http.headers)
        collector = Collector(cluster, host, otlp.http.path, otlp.http.timeout, headers)
        return tracing.otlp_http(collector, resource, sampling)
    metadata = _headers(otlp.grpc.initial_metadata) if otlp.grpc else ()
    timeout = otlp.grpc.timeout if otlp.grpc else None
    collector = Collector(cluster, host, timeout=timeout, headers=metadata)
    return tracing.otlp_grpc(collector, resource, sampling)


def _sampling(otlp: OpenTelemetry, hosts: Hosts) -> Sampling | None:
    """Return what a Dynatrace server decides; without one of its own the collector is asked."""
    sampler = otlp.dynatrace_sampler
    if sampler is None:
        return None
    asked = _asked(otlp, sampler, hosts)
    return Sampling(sampler.tenant, sampler.cluster_id, sampler.root_spans_per_minute, asked)


def _asked(otlp: OpenTelemetry, sampler: DynatraceSampler, hosts: Hosts) -> Collector | None:
    api = sampler.http_service
    service, http = (api, api.http) if api is not None else (otlp, otlp.http)
    if http is None and api is None:
        return None
    path = (http.path if http and api is not None else "") or _BUDGET_PATH
    timeout, headers = (http.timeout, _headers(http.headers)) if http else (None, ())
    return Collector(
        cluster_of(service, hosts[service.service]), hosts[service.service], path, timeout, headers
    )


def path_characters_max(one: ExtensionProvider, of_mesh: int = 0) -> int:
    """Return how much of a path is a tag: the provider's word, the mesh's, then Istio's bound."""
    stated = one.zipkin or one.opentelemetry or one.datadog
    return (stated.max_tag_length if stated else 0) or of_mesh or _PATH_CHARACTERS_MAX


def cluster_of(service: ProviderService, host: str) -> str:
    """Return the cluster that leads to a provider's service."""
    return names.outbound_cluster(host, service.port)


def _headers(written: Iterable[ProviderHeader]) -> tuple[tuple[str, str], ...]:
    return tuple((one.name, one.value) for one in written if one.value is not None)
