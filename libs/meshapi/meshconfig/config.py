"""MeshConfig: settings of a whole mesh."""

from datetime import timedelta
from typing import Literal

from pydantic import Field

from libs.meshapi.base import Model, PortOrNone
from libs.meshapi.durations import Duration
from libs.meshapi.meshconfig.providers import ExtensionProvider
from libs.meshapi.meshconfig.proxy import ProxySettings
from libs.meshapi.selectors import LabelSelector
from libs.meshapi.trafficpolicy import (
    ClientTLS,
    ConnectionPool,
    LocalityLoadBalancer,
    OutlierDetection,
    TCPKeepalive,
    ZoneAwareLoadBalancer,
)
from libs.meshapi.virtualservice import HTTPRetry


class MeshOutboundTrafficPolicy(Model):
    """What happens to calls to hosts that nobody declared."""

    mode: Literal["REGISTRY_ONLY", "ALLOW_ANY", "ALLOW_ANY_DYNAMIC_DNS"] = "ALLOW_ANY"
    tls: ClientTLS | None = None


class InboundTrafficPolicy(Model):
    """Under which address a workload sees calls to itself."""

    mode: Literal["PASSTHROUGH", "LOCALHOST"] = "PASSTHROUGH"


class ConfigSource(Model):
    """Where configuration is read from."""

    address: str = ""
    tls_settings: ClientTLS | None = None
    subscribed_resources: tuple[Literal["SERVICE_REGISTRY"], ...] = ()


class CertificateData(Model):
    """A further root of trust: `pem` and `spiffe_bundle_url` exclude each other."""

    pem: str | None = None
    spiffe_bundle_url: str | None = None
    cert_signers: tuple[str, ...] = ()
    trust_domains: tuple[str, ...] = ()


class Certificate(Model):
    """A certificate that releases before 1.24 made for DNS names."""

    secret_name: str = ""
    dns_names: tuple[str, ...] = ()


class CertificateAuthority(Model):
    """The authority that signs workloads' certificates."""

    address: str = ""
    tls_settings: ClientTLS | None = None
    request_timeout: Duration | None = None
    istiod_side: bool = False


class ServiceSetting(Model):
    """What holds for the hosts."""

    cluster_local: bool = False


class ServiceSettings(Model):
    """Settings of hosts; `*` and `*.` at the start match any."""

    settings: ServiceSetting | None = None
    hosts: tuple[str, ...] = ()


class ServiceScope(Model):
    """Whether selected services are known in their own cluster only."""

    namespace_selector: LabelSelector | None = None
    services_selector: LabelSelector | None = None
    scope: Literal["LOCAL", "GLOBAL"] = "LOCAL"


class DefaultProviders(Model):
    """Providers where a Telemetry names none."""

    tracing: tuple[str, ...] = ()
    metrics: tuple[str, ...] = ()
    access_logging: tuple[str, ...] = ()


class PathNormalization(Model):
    """How paths are normalised before they are matched."""

    normalization: Literal[
        "DEFAULT", "NONE", "BASE", "MERGE_SLASHES", "DECODE_AND_MERGE_SLASHES"
    ] = "DEFAULT"


class TLSDefaults(Model):
    """Bounds of TLS."""

    min_protocol_version: Literal["TLS_AUTO", "TLSV1_2", "TLSV1_3"] = "TLS_AUTO"
    ecdh_curves: tuple[str, ...] = ()
    cipher_suites: tuple[str, ...] = ()


class DefaultTrafficPolicy(Model):
    """What a DestinationRule that says nothing means."""

    connection_pool: ConnectionPool | None = None
    outlier_detection: OutlierDetection | None = None


Visibility = Literal["VISIBILITY_UNSPECIFIED", "NONE", "NAMESPACE", "PUBLIC"]


class VisibilityMatch(Model):
    """Namespaces that a policy is for."""

    namespace_selector: LabelSelector | None = None


class VisibilityPolicy(Model):
    """Visibility of the ServiceEntries of some namespaces."""

    visibility: Visibility = "VISIBILITY_UNSPECIFIED"
    matching_rules: tuple[VisibilityMatch, ...] = ()


class ServiceEntryVisibility(Model):
    """Who sees a ServiceEntry that says nothing."""

    default_visibility: Visibility = "VISIBILITY_UNSPECIFIED"
    apply_to_sidecars: bool = False
    policies: tuple[VisibilityPolicy, ...] = ()


class MeshConfig(Model):
    """Istio's MeshConfig, under the same names and with the same defaults."""

    proxy_listen_port: PortOrNone = 15001
    proxy_inbound_listen_port: PortOrNone = 15006
    proxy_http_port: PortOrNone = 0
    connect_timeout: Duration = timedelta(seconds=10)
    hbone_idle_timeout: Duration | None = None
    protocol_detection_timeout: Duration | None = None
    tcp_keepalive: TCPKeepalive | None = None
    ingress_class: str = "istio"
    ingress_service: str = "istio-ingressgateway"
    ingress_controller_mode: Literal["UNSPECIFIED", "OFF", "DEFAULT", "STRICT"] = "STRICT"
    ingress_selector: str = "ingressgateway"
    enable_tracing: bool = False
    access_log_file: str = ""
    access_log_format: str = ""
    access_log_encoding: Literal["TEXT", "JSON"] = "TEXT"
    enable_envoy_access_log_service: bool = False
    disable_envoy_listener_log: bool = False
    default_config: ProxySettings | None = None
    outbound_traffic_policy: MeshOutboundTrafficPolicy = MeshOutboundTrafficPolicy()
    inbound_traffic_policy: InboundTrafficPolicy | None = None
    config_sources: tuple[ConfigSource, ...] = ()
    enable_auto_mtls: bool | None = None
    trust_domain: str = "cluster.local"
    trust_domain_aliases: tuple[str, ...] = ()
    ca_certificates: tuple[CertificateData, ...] = ()
    default_service_export_to: tuple[str, ...] = ()
    default_virtual_service_export_to: tuple[str, ...] = ()
    default_destination_rule_export_to: tuple[str, ...] = ()
    root_namespace: str = "istio-system"
    locality_lb_setting: LocalityLoadBalancer | None = None
    zone_aware_lb_setting: ZoneAwareLoadBalancer | None = None
    dns_refresh_rate: Duration | None = None
    h2_upgrade_policy: Literal["DO_NOT_UPGRADE", "UPGRADE"] = "DO_NOT_UPGRADE"
    inbound_cluster_stat_name: str = ""
    outbound_cluster_stat_name: str = ""
    certificates: tuple[Certificate, ...] = ()
    service_settings: tuple[ServiceSettings, ...] = ()
    service_scope_configs: tuple[ServiceScope, ...] = ()
    enable_prometheus_merge: bool | None = None
    verify_certificate_at_client: bool | None = None
    ca: CertificateAuthority | None = None
    extension_providers: tuple[ExtensionProvider, ...] = ()
    default_providers: DefaultProviders | None = None
    discovery_selectors: tuple[LabelSelector, ...] = ()
    path_normalization: PathNormalization | None = None
    default_http_retry_policy: HTTPRetry | None = None
    mesh_mtls: TLSDefaults | None = Field(
        default=None, validation_alias="meshMTLS", serialization_alias="meshMTLS"
    )
    tls_defaults: TLSDefaults | None = None
    default_traffic_policy: DefaultTrafficPolicy | None = None
    service_entry_visibility: ServiceEntryVisibility | None = None
