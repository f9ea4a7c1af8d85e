"""Connections that nobody reads: to which cluster they go, and how its policy keeps them."""

from collections.abc import Sequence

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc

from libs.compile import hashing
from libs.compile.target import looks_up
from libs.compile.view import View
from libs.envoy import dynamicdns, names, tcpproxy
from libs.envoy.tcpproxy import Handling, Tunnel
from libs.meshapi.trafficpolicy import TrafficPolicy
from libs.registry.service import target_number

_POST = "POST"


def to_clusters(
    view: View, stat_prefix: str, shares: Sequence[tuple[str, int]]
) -> tuple[lc.Filter, ...]:
    """Return the filters for clusters with their weights.

    Of several the first one's policy counts. Without any, connections lead nowhere, and so they do
    where one of several would have to be looked up.
    """
    found = [view.outbound.get(name) for name, _ in shares]
    dynamic = [one for one in found if one is not None and looks_up(one)]
    if not shares or (dynamic and len(shares) > 1):
        return (tcpproxy.tcp_proxy(names.BLACK_HOLE),)
    handling = handling_of(found[0].traffic) if found[0] is not None else tcpproxy.PLAIN
    if len(shares) > 1:
        return (tcpproxy.weighted(stat_prefix, shares, handling),)
    ahead = (dynamicdns.network_filter(target_number(one.port)) for one in dynamic)
    return (*ahead, tcpproxy.tcp_proxy(shares[0][0], handling))


def handling_of(policy: TrafficPolicy) -> Handling:
    """Return what a policy says about connections."""
    pool = policy.connection_pool.tcp if policy.connection_pool else None
    hashed = hashing.hash_of(policy)
    tunnel = policy.tunnel
    return Handling(
        idle=pool.idle_timeout if pool else None,
        longest=pool.max_connection_duration if pool else None,
        by_source=hashed is not None and hashed.use_source_ip is True,
        tunnel=Tunnel(f"{tunnel.target_host}:{tunnel.target_port}", tunnel.protocol == _POST)
        if tunnel is not None
        else None,
    )
