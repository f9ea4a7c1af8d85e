"""What one DestinationPolicy says, as a traffic policy of today."""

from collections.abc import Mapping

from libs.meshapi.dialects.destinationpolicy import DestinationPolicy, SimpleCircuitBreaker
from libs.meshapi.dialects.run import Old, Run
from libs.meshapi.trafficpolicy import (
    ConnectionPool,
    HTTPSettings,
    LoadBalancer,
    LoadBalancerKind,
    OutlierDetection,
    TCPSettings,
    TrafficPolicy,
)

EJECTED_PERCENT = 10
"""Share of instances that old proxies ejected at most, where a policy said nothing."""

_BALANCERS: Mapping[str, LoadBalancerKind] = {
    "ROUND_ROBIN": "ROUND_ROBIN",
    "LEAST_CONN": "LEAST_REQUEST",
    "RANDOM": "RANDOM",
}


def note_custom(old: Old[DestinationPolicy], run: Run) -> None:
    """Note settings of a kind that nobody knows."""
    spec = old.object.spec
    for name, one in (
        ("loadBalancing", spec.load_balancing),
        ("circuitBreaker", spec.circuit_breaker),
    ):
        if one is not None and one.custom:
            run.lost(old, ("spec", name), f"`{name}.custom` has no counterpart today; remove it")


def traffic_policy(policy: DestinationPolicy) -> TrafficPolicy | None:
    """Return the policy; None when it says nothing."""
    balancing, breaker = policy.spec.load_balancing, policy.spec.circuit_breaker
    simple = breaker.simple_cb if breaker is not None else None
    chosen = balancing.name if balancing is not None else None
    if chosen is None and simple is None:
        return None
    return TrafficPolicy(
        load_balancer=LoadBalancer(simple=_BALANCERS[chosen]) if chosen is not None else None,
        connection_pool=_pool(simple) if simple is not None else None,
        outlier_detection=_ejection(simple) if simple is not None else None,
    )


def _pool(simple: SimpleCircuitBreaker) -> ConnectionPool | None:
    http = HTTPSettings(
        http1_max_pending_requests=simple.http_max_pending_requests or None,
        http2_max_requests=simple.http_max_requests or None,
        max_requests_per_connection=simple.http_max_requests_per_connection or None,
        max_retries=simple.http_max_retries or None,
    )
    found = ConnectionPool(
        tcp=TCPSettings(max_connections=simple.max_connections) if simple.max_connections else None,
        http=http if http != HTTPSettings() else None,
    )
    return found if found != ConnectionPool() else None


def _ejection(simple: SimpleCircuitBreaker) -> OutlierDetection:
    """Any circuit breaker ejected instances, whether it said when or not."""
    return OutlierDetection(
        consecutive_5xx_errors=simple.http_consecutive_errors or None,
        interval=simple.http_detection_interval or None,
        base_ejection_time=simple.sleep_window or None,
        max_ejection_percent=simple.http_max_ejection_percent or EJECTED_PERCENT,
    )
