"""The TCP proxy filter."""

from collections.abc import Sequence
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.envoy.anys import pack

FILTER_NAME: Final = "envoy.filters.network.tcp_proxy"


def weighted(stat_prefix: str, shares: Sequence[tuple[str, int]]) -> lc.Filter:
    """Return the filter that hands each connection to one of several clusters by weight."""
    config = tcp_proxy_pb2.TcpProxy(stat_prefix=stat_prefix)
    for cluster, weight in shares:
        config.weighted_clusters.clusters.add(name=cluster, weight=weight)
    return lc.Filter(name=FILTER_NAME, typed_config=pack(config))


def tcp_proxy(cluster: str) -> lc.Filter:
    """Return the filter that hands a connection to `cluster`."""
    config = tcp_proxy_pb2.TcpProxy(stat_prefix=cluster, cluster=cluster)
    return lc.Filter(name=FILTER_NAME, typed_config=pack(config))
