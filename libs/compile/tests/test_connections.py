"""How a policy keeps connections that nobody reads."""

from datetime import timedelta

from protogen.envoy.config.listener.v3 import listener_components_pb2 as lc
from protogen.envoy.extensions.filters.network.tcp_proxy.v3 import tcp_proxy_pb2

from libs.compile.connections import handling_of, to_clusters
from libs.compile.tests.worlds import istio, service, sidecar, view_of, world
from libs.envoy.tcpproxy import Handling, Tunnel
from libs.meshapi.trafficpolicy import TrafficPolicy

DB = "outbound|99||db.default.svc.cluster.local"


def _read(made: lc.Filter) -> tcp_proxy_pb2.TcpProxy:
    proxy = tcp_proxy_pb2.TcpProxy()
    assert made.typed_config.Unpack(proxy)
    return proxy


def test_a_policy_says_how_long_connections_last_and_where_they_tunnel() -> None:
    """Every part by itself; nothing written is nothing said."""
    written = {
        "connectionPool": {"tcp": {"idleTimeout": "5s", "maxConnectionDuration": "1h"}},
        "loadBalancer": {"consistentHash": {"useSourceIp": True}},
        "tunnel": {"protocol": "POST", "targetHost": "far.example", "targetPort": 443},
    }
    policy = TrafficPolicy.model_validate(written, by_alias=True, by_name=False)
    assert handling_of(policy) == Handling(
        timedelta(seconds=5),
        timedelta(hours=1),
        by_source=True,
        tunnel=Tunnel("far.example:443", by_post=True),
    )
    assert handling_of(TrafficPolicy()) == Handling()


def test_of_several_clusters_the_first_ones_policy_counts() -> None:
    """There is one filter for all of them."""
    rule = "{host: db, trafficPolicy: {connectionPool: {tcp: {idleTimeout: 5s}}}}"
    text = service("db", "{name: tcp, port: 99}") + istio("DestinationRule", "d", rule)
    view = view_of(world(text), sidecar())
    several = _read(*to_clusters(view, "rule.default", [(DB, 1), ("other", 2)]))
    assert several.idle_timeout.seconds == 5
    assert several.stat_prefix == "rule.default"
    assert [(one.name, one.weight) for one in several.weighted_clusters.clusters] == [
        (DB, 1),
        ("other", 2),
    ]


def test_without_a_cluster_connections_lead_nowhere() -> None:
    """They are closed, not answered by somebody else."""
    view = view_of(world(""), sidecar())
    assert _read(*to_clusters(view, "x", [])).cluster == "BlackHoleCluster"
