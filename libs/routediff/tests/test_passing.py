"""Ways in that pass connections on, as routes."""

from typing import Any

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.http.router.v3 import router_pb2
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.routediff.destinations import Upstreams
from libs.routediff.passing import as_requests
from libs.routediff.sides import Manager, Side
from libs.routediff.tests.views import host, to, view

_Weighted = tcp_proxy_pb2.TcpProxy.WeightedCluster


def _chain(*filters: Any) -> lc.FilterChain:
    chain = lc.FilterChain()
    for one in filters:
        chain.filters.add(name="any").typed_config.Pack(one)
    return chain


def _other(*filters: str) -> Side:
    """Return the side that reads requests, with HTTP filters of these names."""
    manager = Manager(merge_slashes=True)
    for name in filters:
        manager.http_filters.add(name=name).typed_config.Pack(router_pb2.Router())
    manager.route_config.virtual_hosts.append(host(to("b")))
    resources = view([host(to("b"))])
    return Side(resources, Upstreams(resources), manager)


def test_every_request_goes_where_connections_go() -> None:
    """One virtual host for all, one route, no time limit, in what settings the other side has."""
    found = as_requests(_chain(tcp_proxy_pb2.TcpProxy(cluster="a")), _other())
    assert found is not None
    assert found.merge_slashes
    (only,) = found.route_config.virtual_hosts
    assert (list(only.domains), only.routes[0].route.cluster) == (["*"], "a")
    assert only.routes[0].route.HasField("timeout")


def test_shares_stay_shares() -> None:
    """Several clusters keep their weights."""
    weighted = _Weighted(clusters=[_Weighted.ClusterWeight(name="a", weight=3)])
    found = as_requests(_chain(tcp_proxy_pb2.TcpProxy(weighted_clusters=weighted)), _other())
    assert found is not None
    (share,) = found.route_config.virtual_hosts[0].routes[0].route.weighted_clusters.clusters
    assert (share.name, share.weight.value) == ("a", 3)


def test_filters_that_act_by_themselves_are_the_other_sides_alone() -> None:
    """So they come out as a difference."""
    other = _other("envoy.filters.http.rbac", "envoy.filters.http.router")
    found = as_requests(_chain(tcp_proxy_pb2.TcpProxy(cluster="a")), other)
    assert found is not None
    assert [one.name for one in found.http_filters] == ["envoy.filters.http.router"]


def test_another_protocol_is_no_passing_on() -> None:
    """Nobody knows what a chain with other filters does to requests."""
    tcp = tcp_proxy_pb2.TcpProxy(cluster="a")
    assert as_requests(_chain(tcp, tcp), _other()) is None
    assert as_requests(_chain(router_pb2.Router()), _other()) is None
