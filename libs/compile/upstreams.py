"""How a client proxy treats the endpoints of a cluster, as DestinationRules write it."""

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import base_pb2, proxy_protocol_pb2
from protogen.envoy.extensions.transport_sockets.proxy_protocol.v3 import (
    upstream_proxy_protocol_pb2,
)
from protogen.envoy.extensions.transport_sockets.raw_buffer.v3 import raw_buffer_pb2

from libs.compile import hashing, outliers, pools, upstreamtls
from libs.compile.localities import Preference, preference
from libs.compile.target import Outbound
from libs.compile.view import View
from libs.envoy import dynamicdns
from libs.envoy.anys import pack
from libs.envoy.wellknown import duration
from libs.meshapi.trafficpolicy import LoadBalancer, ProxyProtocol, TrafficPolicy

_EVERY_CALL_PERCENT = 100.0
_FULL_SPEED_FROM_PERCENT = 10.0
_PROXY_PROTOCOL = "envoy.transport_sockets.upstream_proxy_protocol"
_RAW = "envoy.transport_sockets.raw_buffer"
_VERSIONS = {
    "V1": proxy_protocol_pb2.ProxyProtocolConfig.V1,
    "V2": proxy_protocol_pb2.ProxyProtocolConfig.V2,
}


def apply(view: View, built: cluster_pb2.Cluster, one: Outbound) -> None:
    """Set everything that a cluster's policy writes."""
    policy = one.traffic
    pools.apply(built, policy, one.port)
    if policy.outlier_detection is not None:
        outliers.apply(built, policy.outlier_detection)
        statuses = policy.outlier_detection.outlier_detection_http_error_codes
        if statuses and one.port.protocol.is_http:
            outliers.count_statuses(built, statuses)
    _prefer(built, preference(policy, view.world.settings, one.service.nearness))
    if built.lb_policy != cluster_pb2.Cluster.CLUSTER_PROVIDED:
        _balance(built, policy)
    upstreamtls.apply(view, built, one)
    dynamicdns.settle(built)
    if policy.proxy_protocol is not None:
        _introduce(built, policy.proxy_protocol)


def _prefer(built: cluster_pb2.Cluster, preferred: Preference | None) -> None:
    """Let Envoy keep to the weights of localities, or balance the zones of a region itself."""
    if preferred is None or built.lb_policy == cluster_pb2.Cluster.CLUSTER_PROVIDED:
        return
    if preferred.weighted:
        built.common_lb_config.locality_weighted_lb_config.SetInParent()
    if preferred.zone_aware is not None:
        zones = built.common_lb_config.zone_aware_lb_config
        zones.routing_enabled.value = _EVERY_CALL_PERCENT
        if preferred.zone_aware.min_cluster_size is not None:
            zones.min_cluster_size.value = preferred.zone_aware.min_cluster_size


def _balance(built: cluster_pb2.Cluster, policy: TrafficPolicy) -> None:
    written = hashing.hash_of(policy)
    if written is not None:
        hashing.apply(built, written)
    elif policy.load_balancer is not None:
        _warm_up(built, policy.load_balancer)


def _warm_up(built: cluster_pb2.Cluster, balancer: LoadBalancer) -> None:
    """Bring new endpoints slowly to their share, with the balancers that can."""
    warmup = balancer.warmup
    window = warmup.duration if warmup else balancer.warmup_duration_secs
    if window is None or built.lb_policy == cluster_pb2.Cluster.RANDOM:
        return
    slow = cluster_pb2.Cluster.SlowStartConfig(slow_start_window=duration(window))
    slow.min_weight_percent.value = _FULL_SPEED_FROM_PERCENT
    if warmup is not None and warmup.minimum_percent is not None:
        slow.min_weight_percent.value = warmup.minimum_percent
    if warmup is not None and warmup.aggression is not None:
        slow.aggression.default_value = warmup.aggression
        slow.aggression.runtime_key = "periplus.warmup.aggression"
    if built.lb_policy == cluster_pb2.Cluster.ROUND_ROBIN:
        built.round_robin_lb_config.slow_start_config.CopyFrom(slow)
    else:
        built.least_request_lb_config.slow_start_config.CopyFrom(slow)


def _introduce(built: cluster_pb2.Cluster, written: ProxyProtocol) -> None:
    """Write the header of the PROXY protocol before whatever the connection speaks."""
    for match in built.transport_socket_matches:
        _wrap(match.transport_socket, written)
    _wrap(built.transport_socket, written)


def _wrap(inner: base_pb2.TransportSocket, written: ProxyProtocol) -> None:
    wrapped = upstream_proxy_protocol_pb2.ProxyProtocolUpstreamTransport()
    wrapped.config.version = _VERSIONS[written.version]
    if inner.name:
        wrapped.transport_socket.CopyFrom(inner)
    else:
        wrapped.transport_socket.name = _RAW
        wrapped.transport_socket.typed_config.CopyFrom(pack(raw_buffer_pb2.RawBuffer()))
    inner.name = _PROXY_PROTOCOL
    inner.typed_config.CopyFrom(pack(wrapped))
