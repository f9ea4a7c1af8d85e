"""Limits of connections and requests, and how HTTP is spoken to the endpoints."""

from protogen.envoy.config.cluster.v3 import circuit_breaker_pb2, cluster_pb2
from protogen.envoy.config.core.v3 import protocol_pb2
from protogen.envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2 as options_pb2

from libs.envoy import cluster, newfields
from libs.envoy.wellknown import duration, uint32
from libs.meshapi.trafficpolicy import HTTPSettings, RetryBudget, TCPSettings, TrafficPolicy
from libs.registry.service import ServicePort

_BUDGET_PERCENT = 20.0
_BUDGET_CONCURRENCY = 3
"""Istio's share of requests that may be retries, and how many always may, where none is written."""


def apply(built: cluster_pb2.Cluster, policy: TrafficPolicy, port: ServicePort) -> None:
    """Set the limits that the policy writes; what it leaves out stays unlimited."""
    limits = built.circuit_breakers.thresholds[0]
    pool = policy.connection_pool
    tcp = pool.tcp if pool else None
    http = pool.http if pool else None
    if tcp is not None:
        _connections(built, limits, tcp)
    if http is not None:
        _requests(limits, http)
    if policy.retry_budget is not None:
        _budget(limits, policy.retry_budget)
    lasting = tcp is not None and (tcp.max_connection_duration or tcp.idle_timeout)
    if port.protocol.is_http and (http is not None or lasting):
        found = _protocol(http or HTTPSettings(), tcp, http2=port.protocol.is_http2)
        cluster.set_http_options(built, found)


def _connections(
    built: cluster_pb2.Cluster,
    limits: circuit_breaker_pb2.CircuitBreakers.Thresholds,
    tcp: TCPSettings,
) -> None:
    if tcp.max_connections:
        limits.max_connections.CopyFrom(uint32(tcp.max_connections))
    if tcp.connect_timeout is not None:
        built.connect_timeout.CopyFrom(duration(tcp.connect_timeout))
    if tcp.tcp_keepalive is not None:
        alive, probes = built.upstream_connection_options.tcp_keepalive, tcp.tcp_keepalive
        alive.SetInParent()
        if probes.probes:
            alive.keepalive_probes.CopyFrom(uint32(probes.probes))
        if probes.time is not None:
            alive.keepalive_time.CopyFrom(uint32(int(probes.time.total_seconds())))
        if probes.interval is not None:
            alive.keepalive_interval.CopyFrom(uint32(int(probes.interval.total_seconds())))


def _requests(limits: circuit_breaker_pb2.CircuitBreakers.Thresholds, http: HTTPSettings) -> None:
    if http.http1_max_pending_requests:
        limits.max_pending_requests.CopyFrom(uint32(http.http1_max_pending_requests))
    if http.http2_max_requests:
        limits.max_requests.CopyFrom(uint32(http.http2_max_requests))
    if http.max_retries:
        limits.max_retries.CopyFrom(uint32(http.max_retries))


def _budget(limits: circuit_breaker_pb2.CircuitBreakers.Thresholds, budget: RetryBudget) -> None:
    share = budget.percent if budget.percent is not None else _BUDGET_PERCENT
    limits.retry_budget.budget_percent.value = share
    least = budget.min_retry_concurrency or _BUDGET_CONCURRENCY
    limits.retry_budget.min_retry_concurrency.CopyFrom(uint32(least))
    if budget.budget_interval:
        newfields.count_budget_over(limits.retry_budget, budget.budget_interval)


def _protocol(
    http: HTTPSettings, tcp: TCPSettings | None, *, http2: bool
) -> options_pb2.HttpProtocolOptions:
    result = options_pb2.HttpProtocolOptions()
    shared = result.common_http_protocol_options
    idle = http.idle_timeout
    if idle is None and tcp is not None:
        idle = tcp.idle_timeout
    if idle is not None:
        shared.idle_timeout.CopyFrom(duration(idle))
    if http.max_requests_per_connection:
        shared.max_requests_per_connection.CopyFrom(uint32(http.max_requests_per_connection))
    if tcp is not None and tcp.max_connection_duration is not None:
        shared.max_connection_duration.CopyFrom(duration(tcp.max_connection_duration))
    if http.use_client_protocol:
        same = result.use_downstream_protocol_config
        same.http_protocol_options.SetInParent()
        same.http2_protocol_options.CopyFrom(_http2(http))
    elif http2 or http.h2_upgrade_policy == "UPGRADE":
        result.explicit_http_config.http2_protocol_options.CopyFrom(_http2(http))
    else:
        result.explicit_http_config.http_protocol_options.SetInParent()
    return result


def _http2(http: HTTPSettings) -> protocol_pb2.Http2ProtocolOptions:
    result = protocol_pb2.Http2ProtocolOptions()
    if http.max_concurrent_streams:
        result.max_concurrent_streams.CopyFrom(uint32(http.max_concurrent_streams))
    alive = http.http2_keep_alive
    if alive is not None and alive.interval is not None and alive.timeout is not None:
        result.connection_keepalive.interval.CopyFrom(duration(alive.interval))
        result.connection_keepalive.timeout.CopyFrom(duration(alive.timeout))
    return result
