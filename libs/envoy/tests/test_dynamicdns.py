"""Endpoints that are looked up by the name that is asked for."""

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.extensions.clusters.dynamic_forward_proxy.v3 import cluster_pb2 as dynamic_pb2
from protogen.envoy.extensions.filters.http.dynamic_forward_proxy.v3 import (
    dynamic_forward_proxy_pb2 as http_pb2,
)
from protogen.envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3 import (
    sni_dynamic_forward_proxy_pb2 as sni_pb2,
)

from libs.envoy import cluster, dynamicdns


def test_clusters_and_filters_share_one_cache_with_one_setting() -> None:
    """Envoy refuses a second cache of the same name with other settings."""
    config, request, stream = (
        dynamic_pb2.ClusterConfig(),
        http_pb2.FilterConfig(),
        sni_pb2.FilterConfig(),
    )
    dynamicdns.by_request("c").cluster_type.typed_config.Unpack(config)
    dynamicdns.http_filter().typed_config.Unpack(request)
    dynamicdns.network_filter(443).typed_config.Unpack(stream)
    assert config.dns_cache_config.name
    assert config.dns_cache_config == request.dns_cache_config == stream.dns_cache_config
    assert stream.port_value == 443


def test_certificates_are_verified_unless_that_is_left_out() -> None:
    """A cluster without verification has to say so, or Envoy refuses it."""
    verified, careless = dynamicdns.by_request("c"), dynamicdns.by_request("c")
    dynamicdns.leave_unverified(careless)
    assert not _config(verified).allow_insecure_cluster_options
    assert _config(careless).allow_insecure_cluster_options
    assert careless.lb_policy == cluster_pb2.Cluster.CLUSTER_PROVIDED


def test_what_says_something_of_http_and_speaks_no_tls_says_that_nothing_is_verified() -> None:
    """Envoy refuses such a cluster otherwise; one that says nothing, and any other, stay."""
    silent, speaking = dynamicdns.by_request("c"), dynamicdns.by_request("c", http2=True)
    other = cluster.by_original_destination("d", http2=True)
    before = other.SerializeToString()
    for one in (silent, speaking, other):
        dynamicdns.settle(one)
    assert not _config(silent).allow_insecure_cluster_options
    assert _config(speaking).allow_insecure_cluster_options
    assert other.SerializeToString() == before


def _config(built: cluster_pb2.Cluster) -> dynamic_pb2.ClusterConfig:
    return dynamic_pb2.ClusterConfig.FromString(built.cluster_type.typed_config.value)
