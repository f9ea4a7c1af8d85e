"""How a client proxy treats the endpoints of a cluster, as DestinationRules write it."""

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.core.v3 import proxy_protocol_pb2
from protogen.envoy.extensions.transport_sockets.proxy_protocol.v3 import (
    upstream_proxy_protocol_pb2,
)
from protogen.envoy.extensions.transport_sockets.raw_buffer.v3 import raw_buffer_pb2
from protogen.envoy.extensions.upstreams.http.v3 import http_protocol_options_pb2 as options_pb2

from libs.compile import hashing, outliers, pools
from libs.envoy import cluster, tls
from libs.envoy.anys import pack
from libs.envoy.wellknown import duration
from libs.meshapi.trafficpolicy import ClientTLS, LoadBalancer, ProxyProtocol, TrafficPolicy
from libs.registry.service import ServicePort

_FULL_SPEED_FROM_PERCENT = 10.0
_PROXY_PROTOCOL = "envoy.transport_sockets.upstream_proxy_protocol"
_RAW = "envoy.transport_sockets.raw_buffer"
_VERSIONS = {
    "V1": proxy_protocol_pb2.ProxyProtocolConfig.V1,
    "V2": proxy_protocol_pb2.ProxyProtocolConfig.V2,
}


def apply(built: cluster_pb2.Cluster, policy: TrafficPolicy, port: ServicePort) -> None:
    """Set everything that the policy writes for one port."""
    pools.apply(built, policy, port)
    if policy.outlier_detection is not None:
        outliers.apply(built, policy.outlier_detection)
    if built.lb_policy != cluster_pb2.Cluster.CLUSTER_PROVIDED:
        _balance(built, policy)
    if policy.tls is not None and policy.tls.mode in ("SIMPLE", "MUTUAL"):
        _encrypt(built, policy.tls, port)
    if policy.proxy_protocol is not None:
        _introduce(built, policy.proxy_protocol)


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


def _encrypt(built: cluster_pb2.Cluster, written: ClientTLS, port: ServicePort) -> None:
    """Without a server name, the one that the request is for is sent and verified."""
    verified = written.insecure_skip_verify is not True
    trusted = written.ca_certificates or tls.SYSTEM_AUTHORITIES
    peer = tls.Peer(trusted, written.subject_alt_names, written.ca_crl) if verified else tls.NOBODY
    pairs = []
    if written.mode == "MUTUAL":
        pairs = [tls.KeyPair(written.client_certificate, written.private_key)]
    alpn = _alpn(built, port)
    built.transport_socket.CopyFrom(tls.towards(tls.common(pairs, peer, alpn), written.sni))
    if not written.sni and port.protocol.is_http:
        options = cluster.http_options(built)
        named = options.upstream_http_protocol_options
        named.auto_sni = True
        named.auto_san_validation = verified and not written.subject_alt_names
        cluster.set_http_options(built, options)


def _alpn(built: cluster_pb2.Cluster, port: ServicePort) -> list[str]:
    if not port.protocol.is_http:
        return []
    options: options_pb2.HttpProtocolOptions = cluster.http_options(built)
    if options.HasField("use_downstream_protocol_config"):
        return ["h2", "http/1.1"]
    return (
        ["h2"] if options.explicit_http_config.HasField("http2_protocol_options") else ["http/1.1"]
    )


def _introduce(built: cluster_pb2.Cluster, written: ProxyProtocol) -> None:
    """Write the header of the PROXY protocol before whatever the connection speaks."""
    inner = built.transport_socket
    wrapped = upstream_proxy_protocol_pb2.ProxyProtocolUpstreamTransport()
    wrapped.config.version = _VERSIONS[written.version]
    if inner.name:
        wrapped.transport_socket.CopyFrom(inner)
    else:
        wrapped.transport_socket.name = _RAW
        wrapped.transport_socket.typed_config.CopyFrom(pack(raw_buffer_pb2.RawBuffer()))
    built.transport_socket.name = _PROXY_PROTOCOL
    built.transport_socket.typed_config.CopyFrom(pack(wrapped))
