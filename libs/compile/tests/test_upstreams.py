"""Preferences and introductions towards endpoints."""

from dataclasses import replace
from typing import Any

from protogen.envoy.config.cluster.v3.cluster_pb2 import Cluster
from protogen.envoy.extensions.transport_sockets.proxy_protocol.v3 import (
    upstream_proxy_protocol_pb2,
)

from libs.compile import upstreams
from libs.compile.proxy import Proxy, ProxyType
from libs.compile.tests.worlds import istio, service, view_of, world
from libs.envoy import cluster, tls
from libs.envoy.cluster import LoadBalancing
from libs.meshapi.trafficpolicy import (
    ClientTLS,
    OutlierDetection,
    ProxyProtocol,
    TrafficPolicy,
)
from libs.registry.service import Protocol


def _built(
    policy: TrafficPolicy,
    protocol: Protocol = Protocol.HTTP,
    metadata: dict[str, str] | None = None,
) -> Cluster:
    proxy = Proxy(ProxyType.SIDECAR, "default", metadata=metadata or {})
    account = "{address: 10.0.0.1, labels: {app: web}, serviceAccount: web}"
    text = service("web", f"{{name: {protocol.value}, port: 443}}")
    view = view_of(world(text + istio("WorkloadEntry", "w", account)), proxy)
    (one,) = view.outbound.values()
    built = cluster.by_discovery("c", LoadBalancing.LEAST_REQUEST, http2=protocol.is_http2)
    upstreams.apply(view, built, replace(one, traffic=policy))
    return built


def test_an_introduction_stands_before_the_encryption() -> None:
    """The header of the PROXY protocol is outside of TLS, or before plain bytes."""
    names = []
    for written in (None, ClientTLS(mode="SIMPLE")):
        built = _built(TrafficPolicy(tls=written, proxy_protocol=ProxyProtocol()))
        wrapped = upstream_proxy_protocol_pb2.ProxyProtocolUpstreamTransport()
        assert built.transport_socket.typed_config.Unpack(wrapped)
        names.append(wrapped.transport_socket.name)
    assert names == ["envoy.transport_sockets.raw_buffer", tls.SOCKET_NAME]


def test_weights_of_localities_count_where_calls_are_shared_out() -> None:
    """Zones of one region are Envoy's own matter where a rule says so."""

    def written(setting: dict[str, Any]) -> Cluster:
        policy = {"loadBalancer": setting}
        return _built(TrafficPolicy.model_validate(policy, by_alias=True, by_name=False))

    shared = written({"localityLbSetting": {"distribute": ({"from": "a", "to": {"a": 100}},)}})
    zones = written({"zoneAwareLbSetting": {"minClusterSize": 3}})
    assert shared.common_lb_config.HasField("locality_weighted_lb_config")
    assert zones.common_lb_config.zone_aware_lb_config.min_cluster_size.value == 3


def test_statuses_that_count_as_failures_may_be_listed() -> None:
    """One is a condition by itself, several are alternatives."""
    for codes, alternatives in (((429,), 0), ((429, 503), 2)):
        detection = OutlierDetection(outlier_detection_http_error_codes=codes)
        options = cluster.http_options(_built(TrafficPolicy(outlier_detection=detection)))
        matcher = options.outlier_detection.error_matcher
        assert len(matcher.or_match.rules) == alternatives
        assert matcher.HasField("http_response_headers_match") is (alternatives == 0)
