"""Requests that are alike go to one endpoint: what is hashed, and over which table."""

from collections.abc import Iterable, Iterator

from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.route.v3 import route_components_pb2 as rc

from libs.envoy.wellknown import duration
from libs.meshapi.trafficpolicy import ConsistentHash, HTTPCookie, TrafficPolicy

_RING_SIZE = 1024
"""Istio's smallest ring where nothing is written."""


def hash_of(policy: TrafficPolicy) -> ConsistentHash | None:
    """Return how the policy hashes, None when it balances otherwise."""
    return policy.load_balancer.consistent_hash if policy.load_balancer else None


def apply(built: cluster_pb2.Cluster, written: ConsistentHash) -> None:
    """Choose endpoints by the hash of a request."""
    if written.maglev is not None:
        built.lb_policy = cluster_pb2.Cluster.MAGLEV
        if written.maglev.table_size:
            built.maglev_lb_config.table_size.value = written.maglev.table_size
        return
    built.lb_policy = cluster_pb2.Cluster.RING_HASH
    size = written.ring_hash.minimum_ring_size if written.ring_hash else written.minimum_ring_size
    built.ring_hash_lb_config.minimum_ring_size.value = size or _RING_SIZE


def hash_policies(policies: Iterable[TrafficPolicy]) -> list[rc.RouteAction.HashPolicy]:
    """Return what a route hashes for its destinations, each once."""
    found: list[rc.RouteAction.HashPolicy] = []
    for policy in policies:
        written = hash_of(policy)
        for one in _hashed(written) if written else ():
            if one not in found:
                found.append(one)
    return found


def _hashed(written: ConsistentHash) -> Iterator[rc.RouteAction.HashPolicy]:
    result = rc.RouteAction.HashPolicy()
    if written.http_header_name:
        result.header.header_name = written.http_header_name
    elif written.http_cookie is not None:
        result.cookie.CopyFrom(_cookie(written.http_cookie))
    elif written.use_source_ip:
        result.connection_properties.source_ip = True
    elif written.http_query_parameter_name:
        result.query_parameter.name = written.http_query_parameter_name
    else:
        return
    yield result


def _cookie(written: HTTPCookie) -> rc.RouteAction.HashPolicy.Cookie:
    """With a time to live Envoy makes a cookie where the client has none."""
    result = rc.RouteAction.HashPolicy.Cookie(name=written.name, path=written.path)
    if written.ttl is not None:
        result.ttl.CopyFrom(duration(written.ttl))
    for one in written.attributes:
        result.attributes.add(name=one.name, value=one.value)
    return result
