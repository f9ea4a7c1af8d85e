"""Endpoints that fail are left out for a while."""

from collections.abc import Iterable

from google.protobuf.wrappers_pb2 import UInt32Value
from protogen.envoy.config.cluster.v3 import cluster_pb2

from libs.envoy import cluster
from libs.envoy.wellknown import duration, uint32
from libs.meshapi.trafficpolicy import OutlierDetection

_ALWAYS = 100


def apply(built: cluster_pb2.Cluster, written: OutlierDetection) -> None:
    """Eject by counted errors only, never by comparing endpoints with each other.

    Unless a share of healthy endpoints is written, ejected ones get nothing, however few are left.
    """
    result = built.outlier_detection
    result.enforcing_success_rate.CopyFrom(uint32(0))
    gateway = written.consecutive_gateway_errors
    if gateway is None:
        gateway = written.consecutive_errors
    if written.consecutive_5xx_errors is not None:
        _count(
            result.consecutive_5xx, result.enforcing_consecutive_5xx, written.consecutive_5xx_errors
        )
    if gateway is not None:
        _count(
            result.consecutive_gateway_failure,
            result.enforcing_consecutive_gateway_failure,
            gateway,
        )
    if written.interval is not None:
        result.interval.CopyFrom(duration(written.interval))
    if written.base_ejection_time is not None:
        result.base_ejection_time.CopyFrom(duration(written.base_ejection_time))
    if written.max_ejection_percent:
        result.max_ejection_percent.CopyFrom(uint32(written.max_ejection_percent))
    if written.split_external_local_origin_errors:
        _local_origin(built, written)
    panic = built.common_lb_config.healthy_panic_threshold
    panic.value = float(written.min_health_percent or 0)
    panic.SetInParent()


def count_statuses(built: cluster_pb2.Cluster, statuses: Iterable[int]) -> None:
    """Take answers of these statuses, and no others, for failures of an endpoint."""
    options = cluster.http_options(built)
    matcher = options.outlier_detection.error_matcher
    for status in (several := sorted(set(statuses))):
        one = matcher.or_match.rules.add() if len(several) > 1 else matcher
        wanted = one.http_response_headers_match.headers.add(name=":status")
        wanted.string_match.exact = str(status)
    cluster.set_http_options(built, options)


def _count(limit: UInt32Value, enforcing: UInt32Value, errors: int) -> None:
    """Zero errors switch a kind off."""
    limit.CopyFrom(uint32(errors))
    enforcing.CopyFrom(uint32(_ALWAYS if errors else 0))


def _local_origin(built: cluster_pb2.Cluster, written: OutlierDetection) -> None:
    """Count what fails before an answer by itself."""
    result = built.outlier_detection
    result.split_external_local_origin_errors = True
    result.enforcing_local_origin_success_rate.CopyFrom(uint32(0))
    if written.consecutive_local_origin_failures:
        _count(
            result.consecutive_local_origin_failure,
            result.enforcing_consecutive_local_origin_failure,
            written.consecutive_local_origin_failures,
        )
