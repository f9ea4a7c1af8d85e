"""Endpoints that are looked up by the name that a request or a TLS client asks for."""

from typing import Final

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.clusters.dynamic_forward_proxy.v3 import cluster_pb2 as dynamic_pb2
from protogen.envoy.extensions.common.dynamic_forward_proxy.v3 import dns_cache_pb2
from protogen.envoy.extensions.filters.http.dynamic_forward_proxy.v3 import (
    dynamic_forward_proxy_pb2 as http_pb2,
)
from protogen.envoy.extensions.filters.network.http_connection_manager.v3 import (
    http_connection_manager_pb2 as hcm_pb2,
)
from protogen.envoy.extensions.filters.network.sni_dynamic_forward_proxy.v3 import (
    sni_dynamic_forward_proxy_pb2 as sni_pb2,
)

from libs.envoy import cluster
from libs.envoy.anys import pack

HTTP_FILTER_NAME: Final = "envoy.filters.http.dynamic_forward_proxy"
NETWORK_FILTER_NAME: Final = "envoy.filters.network.sni_dynamic_forward_proxy"
CLUSTER_TYPE: Final = "envoy.clusters.dynamic_forward_proxy"
_CACHE: Final = dns_cache_pb2.DnsCacheConfig(
    name="dynamic_dns_cache", dns_lookup_family=cluster_pb2.Cluster.V4_ONLY
)
"""All clusters share it: Envoy refuses one under the same name with other settings."""


def by_request(name: str, *, http2: bool = False) -> cluster_pb2.Cluster:
    """Return a cluster that connects to the name of each request or TLS client.

    One of the filters here has to stand before it.
    """
    result = cluster.by_original_destination(name, http2=http2)
    result.ClearField("type")
    result.cluster_type.name = CLUSTER_TYPE
    _describe(result, unverified=False)
    return result


def leave_unverified(built: cluster_pb2.Cluster) -> None:
    """Let a cluster of this module connect without a look at the names of certificates."""
    _describe(built, unverified=True)


def settle(built: cluster_pb2.Cluster) -> None:
    """Complete a cluster of this module; others stay as they are.

    As soon as anything is said of its HTTP, Envoy wants to hear as well that names are verified,
    and takes another word only for certain. Without TLS there is nothing to verify.
    """
    own = built.cluster_type.name == CLUSTER_TYPE
    if own and built.typed_extension_protocol_options and not built.HasField("transport_socket"):
        leave_unverified(built)


def _describe(built: cluster_pb2.Cluster, *, unverified: bool) -> None:
    config = dynamic_pb2.ClusterConfig(
        dns_cache_config=_CACHE, allow_insecure_cluster_options=unverified
    )
    built.cluster_type.typed_config.CopyFrom(pack(config))


def http_filter() -> hcm_pb2.HttpFilter:
    """Return the filter that looks up the host of a request, where its route leads here.

    A host without a port means 80, or 443 where its cluster encrypts.
    """
    config = http_pb2.FilterConfig(dns_cache_config=_CACHE)
    return hcm_pb2.HttpFilter(name=HTTP_FILTER_NAME, typed_config=pack(config))


def renamed(host: str) -> http_pb2.PerRouteConfig:
    """Let requests of a route look for the host that they are given instead of their own."""
    return http_pb2.PerRouteConfig(host_rewrite_literal=host)


def network_filter(port: int) -> lc.Filter:
    """Return the filter that looks up the server name of a TLS client, to be called at `port`."""
    config = sni_pb2.FilterConfig(dns_cache_config=_CACHE, port_value=port)
    return lc.Filter(name=NETWORK_FILTER_NAME, typed_config=pack(config))
