"""How a client proxy treats the endpoints of a service: the parts of a DestinationRule's policy."""

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field

from libs.meshapi.base import Alternatives, Count, Model, Percent, Port, UnsignedCount
from libs.meshapi.durations import Duration
from libs.meshapi.texts import NonEmpty

LoadBalancerKind = Literal[
    "UNSPECIFIED",
    "LEAST_CONN",
    "LEAST_REQUEST",
    "RANDOM",
    "ROUND_ROBIN",
    "PASSTHROUGH",
]
ClientTLSMode = Literal["DISABLE", "SIMPLE", "MUTUAL", "ISTIO_MUTUAL"]
UpgradePolicy = Literal["DEFAULT", "DO_NOT_UPGRADE", "UPGRADE"]
PercentCount = Annotated[int, Field(ge=0, le=100)]


class CookieAttribute(Model):
    """An attribute of the cookie, such as `SameSite`."""

    name: NonEmpty
    value: str = ""


class HTTPCookie(Model):
    """Cookie that carries the hash; one without `ttl` lasts as long as the client's session."""

    name: Annotated[str, Field(min_length=1)]
    path: str = ""
    ttl: Duration | None = None
    attributes: tuple[CookieAttribute, ...] = ()


class RingHash(Model):
    """Ring hash settings."""

    minimum_ring_size: Count = 0


class Maglev(Model):
    """Maglev settings."""

    table_size: Count = 0


class ConsistentHash(Model):
    """Which part of a request decides its endpoint."""

    ALTERNATIVES: ClassVar[Alternatives] = (
        ("http_header_name", "http_cookie", "use_source_ip", "http_query_parameter_name"),
        ("ring_hash", "maglev"),
    )

    http_header_name: str | None = None
    http_cookie: HTTPCookie | None = None
    use_source_ip: bool | None = Field(
        default=None, validation_alias="useSourceIp", serialization_alias="useSourceIp"
    )
    http_query_parameter_name: str | None = None
    ring_hash: RingHash | None = None
    maglev: Maglev | None = None
    minimum_ring_size: Count | None = None


def _sorted_shares(value: Mapping[str, int]) -> Mapping[str, int]:
    return dict(sorted(value.items()))


class LocalityDistribute(Model):
    """Where calls from one locality go, in percent by locality."""

    from_: str = Field(default="", validation_alias="from", serialization_alias="from")
    to: Annotated[Mapping[str, UnsignedCount], AfterValidator(_sorted_shares)] = Field(
        default_factory=dict
    )


class LocalityFailover(Model):
    """The region that takes over for another."""

    from_: str = Field(default="", validation_alias="from", serialization_alias="from")
    to: str = ""


class LocalityLoadBalancer(Model):
    """Preference by locality."""

    ALTERNATIVES: ClassVar[Alternatives] = (("distribute", "failover", "failover_priority"),)

    distribute: tuple[LocalityDistribute, ...] = ()
    failover: tuple[LocalityFailover, ...] = ()
    failover_priority: tuple[str, ...] = ()
    enabled: bool | None = None


class ZoneAwareLoadBalancer(Model):
    """Preference for endpoints of the own zone, for services of enough endpoints."""

    enabled: bool | None = None
    failover: tuple[LocalityFailover, ...] = ()
    failover_priority: tuple[str, ...] = ()
    min_cluster_size: Annotated[int, Field(ge=1, le=2**32 - 1)] | None = None


class Warmup(Model):
    """How a new endpoint is brought to its full share."""

    duration: Duration
    minimum_percent: Percent | None = None
    aggression: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None


class LoadBalancer(Model):
    """Choice of an endpoint. `simple` and `consistent_hash` exclude each other."""

    ALTERNATIVES: ClassVar[Alternatives] = (
        ("simple", "consistent_hash"),
        ("warmup", "warmup_duration_secs"),
        ("locality_lb_setting", "zone_aware_lb_setting"),
    )

    simple: LoadBalancerKind | None = None
    consistent_hash: ConsistentHash | None = None
    locality_lb_setting: LocalityLoadBalancer | None = None
    zone_aware_lb_setting: ZoneAwareLoadBalancer | None = None
    warmup: Warmup | None = None
    warmup_duration_secs: Duration | None = None


class TCPKeepalive(Model):
    """Keep-alive probes of the socket."""

    probes: UnsignedCount = 0
    time: Duration | None = None
    interval: Duration | None = None


class TCPSettings(Model):
    """Limits of connections."""

    max_connections: Count | None = None
    connect_timeout: Duration | None = None
    tcp_keepalive: TCPKeepalive | None = None
    max_connection_duration: Duration | None = None
    idle_timeout: Duration | None = None


class HTTP2KeepAlive(Model):
    """Pings of an HTTP/2 connection."""

    interval: Duration | None = None
    timeout: Duration | None = None


class HTTPSettings(Model):
    """Limits of requests."""

    http1_max_pending_requests: Count | None = None
    http2_max_requests: Count | None = None
    max_requests_per_connection: Count | None = None
    max_retries: Count | None = None
    idle_timeout: Duration | None = None
    h2_upgrade_policy: UpgradePolicy = "DEFAULT"
    use_client_protocol: bool = False
    max_concurrent_streams: Count | None = None
    http2_keep_alive: HTTP2KeepAlive | None = None


class ConnectionPool(Model):
    """Limits of connections and requests per proxy."""

    tcp: TCPSettings | None = None
    http: HTTPSettings | None = None


class OutlierDetection(Model):
    """When an endpoint is ejected, and for how long."""

    ALTERNATIVES: ClassVar[Alternatives] = (("consecutive_errors", "consecutive_5xx_errors"),)

    consecutive_errors: Count | None = None
    split_external_local_origin_errors: bool = False
    consecutive_local_origin_failures: UnsignedCount | None = None
    consecutive_gateway_errors: UnsignedCount | None = None
    consecutive_5xx_errors: UnsignedCount | None = None
    interval: Duration | None = None
    base_ejection_time: Duration | None = None
    max_ejection_percent: PercentCount | None = None
    min_health_percent: PercentCount | None = None
    outlier_detection_http_error_codes: tuple[Annotated[int, Field(ge=100, le=599)], ...] = ()


class ClientTLS(Model):
    """TLS towards the endpoints."""

    ALTERNATIVES: ClassVar[Alternatives] = (("credential_name", "client_certificate"),)

    mode: ClientTLSMode = "DISABLE"
    client_certificate: str = ""
    private_key: str = ""
    ca_certificates: str = ""
    credential_name: str = ""
    subject_alt_names: tuple[str, ...] = ()
    sni: str = ""
    insecure_skip_verify: bool | None = None
    ca_crl: str = ""


class Tunnel(Model):
    """A proxy on the way, asked with CONNECT or POST for `target_host` and `target_port`."""

    protocol: Literal["", "CONNECT", "POST"] = ""
    target_host: NonEmpty
    target_port: Port


class ProxyProtocol(Model):
    """The PROXY header that is written before the first byte."""

    version: Literal["V1", "V2"] = "V1"


class RetryBudget(Model):
    """How many requests may be retries at a time, in percent of those in flight."""

    percent: Percent | None = None
    min_retry_concurrency: UnsignedCount = 0
    budget_interval: Duration | None = None


class PolicyPort(Model):
    """Port that a port-level policy is for."""

    number: Port


class PortTrafficPolicy(Model):
    """Policy of one port; replaces, not merges with, the policy above it."""

    port: PolicyPort | None = None
    load_balancer: LoadBalancer | None = None
    connection_pool: ConnectionPool | None = None
    outlier_detection: OutlierDetection | None = None
    tls: ClientTLS | None = None


class TrafficPolicy(Model):
    """Everything a client proxy does to reach an endpoint."""

    load_balancer: LoadBalancer | None = None
    connection_pool: ConnectionPool | None = None
    outlier_detection: OutlierDetection | None = None
    tls: ClientTLS | None = None
    port_level_settings: Annotated[tuple[PortTrafficPolicy, ...], Field(max_length=4096)] = ()
    tunnel: Tunnel | None = None
    proxy_protocol: ProxyProtocol | None = None
    retry_budget: RetryBudget | None = None
