"""The TCP proxy filter."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.envoy.anys import pack
from libs.envoy.wellknown import duration

FILTER_NAME: Final = "envoy.filters.network.tcp_proxy"


@dataclass(frozen=True, slots=True)
class Tunnel:
    """Where a proxy on the way is asked to connect to, by CONNECT or by POST."""

    target: str
    by_post: bool = False


@dataclass(frozen=True, slots=True)
class Handling:
    """How connections are kept. `idle` and `longest` end one; `by_source` hashes its caller."""

    idle: timedelta | None = None
    longest: timedelta | None = None
    by_source: bool = False
    tunnel: Tunnel | None = None


PLAIN: Final = Handling()


def weighted(
    stat_prefix: str, shares: Sequence[tuple[str, int]], handling: Handling = PLAIN
) -> lc.Filter:
    """Return the filter that hands each connection to one of several clusters by weight."""
    config = tcp_proxy_pb2.TcpProxy(stat_prefix=stat_prefix)
    for cluster, weight in shares:
        config.weighted_clusters.clusters.add(name=cluster, weight=weight)
    return _filter(config, handling)


def tcp_proxy(cluster: str, handling: Handling = PLAIN) -> lc.Filter:
    """Return the filter that hands a connection to `cluster`."""
    return _filter(tcp_proxy_pb2.TcpProxy(stat_prefix=cluster, cluster=cluster), handling)


def _filter(config: tcp_proxy_pb2.TcpProxy, handling: Handling) -> lc.Filter:
    if handling.idle is not None:
        config.idle_timeout.CopyFrom(duration(handling.idle))
    if handling.longest is not None:
        config.max_downstream_connection_duration.CopyFrom(duration(handling.longest))
    if handling.by_source:
        config.hash_policy.add().source_ip.SetInParent()
    if handling.tunnel is not None:
        config.tunneling_config.hostname = handling.tunnel.target
        config.tunneling_config.use_post = handling.tunnel.by_post
    return lc.Filter(name=FILTER_NAME, typed_config=pack(config))
