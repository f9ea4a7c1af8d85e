"""Settings of a proxy: MeshConfig's `defaultConfig`, and the annotation `proxy.istio.io/config`."""

from typing import Literal

from pydantic import Field

from libs.meshapi.base import Count, Model, PortOrNone, StringMap, UnsignedCount
from libs.meshapi.durations import Duration
from libs.meshapi.meshconfig.tracing import ProxyTracing
from libs.meshapi.proxyconfig import ProxyImage
from libs.meshapi.trafficpolicy import ClientTLS, TCPKeepalive
from libs.meshapi.workloadgroup import ReadinessProbe

ForwardClientCert = Literal[
    "UNDEFINED",
    "SANITIZE",
    "FORWARD_ONLY",
    "APPEND_FORWARD",
    "SANITIZE_SET",
    "ALWAYS_FORWARD_ONLY",
]


class Empty(Model):
    """A setting that is switched on by being there."""


class Disabled(Model):
    """A header that can be left out."""

    disabled: bool | None = None


class Enabled(Model):
    """A header that can be added."""

    enabled: bool | None = None


class ServerHeader(Model):
    """The header `server`."""

    disabled: bool | None = None
    value: str = ""


class ClientCertDetails(Model):
    """Which parts of a client's certificate are forwarded."""

    subject: bool | None = None
    cert: bool | None = None
    chain: bool | None = None
    dns: bool | None = None
    uri: bool | None = None


class MetadataExchange(Model):
    """Where the metadata headers of peers are sent."""

    mode: Literal["UNDEFINED", "IN_MESH"] = "UNDEFINED"


class ProxyHeaders(Model):
    """Headers that a proxy adds by itself."""

    forwarded_client_cert: ForwardClientCert = "UNDEFINED"
    set_current_client_cert_details: ClientCertDetails | None = None
    request_id: Disabled | None = None
    server: ServerHeader | None = None
    attempt_count: Disabled | None = None
    envoy_debug_headers: Disabled | None = None
    metadata_exchange_headers: MetadataExchange | None = None
    preserve_http1_header_case: bool | None = None
    x_forwarded_host: Enabled | None = None
    x_forwarded_port: Enabled | None = None


class Topology(Model):
    """What stands before a gateway."""

    num_trusted_proxies: UnsignedCount = 0
    forward_client_cert_details: ForwardClientCert = "UNDEFINED"
    proxy_protocol: Empty | None = None


class KeyProvider(Model):
    """Hardware that signs, polled every `poll_delay`."""

    poll_delay: Duration | None = None
    fallback: bool | None = None


class PrivateKeyProvider(Model):
    """Who signs instead of the proxy: at most one."""

    cryptomb: KeyProvider | None = None
    qat: KeyProvider | None = None


class RemoteService(Model):
    """A service that the proxy itself calls."""

    address: str = ""
    tls_settings: ClientTLS | None = None
    tcp_keepalive: TCPKeepalive | None = None


class StatsMatcher(Model):
    """Further statistics to keep."""

    inclusion_prefixes: tuple[str, ...] = ()
    inclusion_suffixes: tuple[str, ...] = ()
    inclusion_regexps: tuple[str, ...] = ()


class SecretDiscovery(Model):
    """Where secrets come from in releases before 1.5."""

    enabled: bool = False
    k8s_sa_jwt_path: str = ""


class ConnectionSettings(Model):
    """Bounds of connections and streams at a proxy."""

    profile: Literal["SIDECAR", "EDGE"] = "SIDECAR"
    listener_per_connection_buffer_limit_bytes: Count | None = None
    cluster_per_connection_buffer_limit_bytes: Count | None = None
    http_idle_timeout: Duration | None = None
    http_max_connection_duration: Duration | None = None
    http_drain_timeout: Duration | None = None
    http_request_timeout: Duration | None = None
    http_request_headers_timeout: Duration | None = None
    http_stream_idle_timeout: Duration | None = None
    http_max_stream_duration: Duration | None = None
    http_max_concurrent_streams: Count | None = None
    http2_initial_stream_window_size: Count | None = None
    http2_initial_connection_window_size: Count | None = None
    http_headers_with_underscores_action: Literal[
        "HEADERS_WITH_UNDERSCORES_UNSPECIFIED",
        "HEADERS_WITH_UNDERSCORES_ALLOW",
        "HEADERS_WITH_UNDERSCORES_REJECT_REQUEST",
        "HEADERS_WITH_UNDERSCORES_DROP_HEADER",
    ] = "HEADERS_WITH_UNDERSCORES_UNSPECIFIED"
    http_merge_slashes: bool | None = None
    http_path_with_escaped_slashes_action: Literal[
        "PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED",
        "KEEP_UNCHANGED",
        "REJECT_REQUEST",
        "UNESCAPE_AND_REDIRECT",
        "UNESCAPE_AND_FORWARD",
    ] = "PATH_WITH_ESCAPED_SLASHES_UNSPECIFIED"
    listener_connection_limit: Count | None = None
    global_downstream_connection_limit: Count | None = None


class ProxySettings(Model):
    """How a proxy is started and what it serves to its operators."""

    config_path: str = ""
    binary_path: str = ""
    service_cluster: str | None = None
    tracing_service_name: (
        Literal["APP_LABEL_AND_NAMESPACE", "CANONICAL_NAME_ONLY", "CANONICAL_NAME_AND_NAMESPACE"]
        | None
    ) = None
    drain_duration: Duration | None = None
    discovery_address: str = ""
    discovery_refresh_delay: Duration | None = None
    zipkin_address: str = ""
    statsd_udp_address: str = ""
    envoy_metrics_service_address: str = ""
    proxy_admin_port: PortOrNone = 0
    availability_zone: str = ""
    control_plane_auth_policy: Literal["NONE", "MUTUAL_TLS", "INHERIT"] = "NONE"
    custom_config_file: str = ""
    stat_name_length: Count = 0
    concurrency: Count | None = None
    proxy_bootstrap_template_path: str = ""
    interception_mode: Literal["REDIRECT", "TPROXY", "NONE"] = "REDIRECT"
    tracing: ProxyTracing | None = None
    sds: SecretDiscovery | None = None
    envoy_access_log_service: RemoteService | None = None
    envoy_metrics_service: RemoteService | None = None
    proxy_metadata: StringMap = Field(default_factory=dict)
    runtime_values: StringMap = Field(default_factory=dict)
    status_port: PortOrNone = 0
    extra_stat_tags: tuple[str, ...] = ()
    gateway_topology: Topology | None = None
    termination_drain_duration: Duration | None = None
    mesh_id: str = ""
    readiness_probe: ReadinessProbe | None = None
    proxy_stats_matcher: StatsMatcher | None = None
    hold_application_until_proxy_starts: bool | None = None
    ca_certificates_pem: tuple[str, ...] = ()
    image: ProxyImage | None = None
    private_key_provider: PrivateKeyProvider | None = None
    proxy_headers: ProxyHeaders | None = None
    file_flush_interval: Duration | None = None
    file_flush_min_size_kb: UnsignedCount = 0
    stats_compression: bool | None = None
    connection_settings: ConnectionSettings | None = None
