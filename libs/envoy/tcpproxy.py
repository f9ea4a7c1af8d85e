"""The TCP proxy filter."""

from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.envoy.anys import pack

FILTER_NAME: Final = "envoy.filters.network.tcp_proxy"


def tcp_proxy(cluster: str) -> lc.Filter:
    """Return the filter that hands a connection to `cluster`."""
    config = tcp_proxy_pb2.TcpProxy(stat_prefix=cluster, cluster=cluster)
    return lc.Filter(name=FILTER_NAME, typed_config=pack(config))
