"""Which part of a policy counts for a port."""

from datetime import timedelta
from typing import Any

from libs.compile.trafficpolicies import NOTHING, for_port, merged, with_defaults
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.trafficpolicy import (
    ConnectionPool,
    HTTPSettings,
    LoadBalancer,
    OutlierDetection,
    PolicyPort,
    PortTrafficPolicy,
    ProxyProtocol,
    TCPSettings,
    TrafficPolicy,
)

RANDOM = LoadBalancer(simple="RANDOM")
ROBIN = LoadBalancer(simple="ROUND_ROBIN")
EJECTING = OutlierDetection(consecutive_5xx_errors=1)
POOL = ConnectionPool(tcp=TCPSettings(connect_timeout=timedelta(seconds=1)))


def _port(number: int, balancer: LoadBalancer) -> PortTrafficPolicy:
    return PortTrafficPolicy(port=PolicyPort(number=number), load_balancer=balancer)


def test_without_rules_nothing_is_said() -> None:
    """Neither host nor subset has a policy."""
    assert merged(None, None, 80) == NOTHING


def test_a_port_level_setting_replaces_what_stands_above_it() -> None:
    """What it leaves out is at its default; what only a host can say stays."""
    policy = TrafficPolicy(
        load_balancer=RANDOM,
        outlier_detection=EJECTING,
        proxy_protocol=ProxyProtocol(),
        port_level_settings=(_port(80, ROBIN),),
    )
    own, other = for_port(policy, 80), for_port(policy, 90)
    assert (own.load_balancer, own.outlier_detection) == (ROBIN, None)
    assert own.proxy_protocol == ProxyProtocol()
    assert (other.load_balancer, other.outlier_detection) == (RANDOM, EJECTING)


def test_a_subset_replaces_part_by_part() -> None:
    """What the subset does not say is the host's."""
    general = TrafficPolicy(load_balancer=RANDOM, outlier_detection=EJECTING)
    found = merged(general, TrafficPolicy(load_balancer=ROBIN, connection_pool=POOL), 80)
    assert (found.load_balancer, found.connection_pool) == (ROBIN, POOL)
    assert found.outlier_detection == EJECTING


def test_a_subset_is_laid_over_the_hosts_port_and_its_own_port_over_both() -> None:
    """The host's setting of the port counts below the subset, the subset's own above."""
    general = TrafficPolicy(load_balancer=RANDOM, port_level_settings=(_port(80, ROBIN),))
    over = TrafficPolicy(outlier_detection=EJECTING)
    found = merged(general, over, 80)
    assert (found.load_balancer, found.outlier_detection) == (ROBIN, EJECTING)
    own = over.model_copy(update={"port_level_settings": (_port(80, RANDOM),)})
    found = merged(general, own, 80)
    assert (found.load_balancer, found.outlier_detection) == (RANDOM, None)


def _mesh(**settings: Any) -> MeshSettings:
    return MeshSettings.model_validate(settings, by_alias=True, by_name=False)


def test_what_a_rule_leaves_out_is_what_the_mesh_says() -> None:
    """Field by field, also within a block that the rule writes."""
    baseline = {
        "connectionPool": {"tcp": {"maxConnections": 3, "connectTimeout": "9s"}},
        "outlierDetection": {"consecutive5xxErrors": 7},
    }
    own = TrafficPolicy(connection_pool=POOL)
    found = with_defaults(own, _mesh(defaultTrafficPolicy=baseline))
    assert found.connection_pool is not None
    assert found.connection_pool.tcp is not None
    assert found.connection_pool.tcp.max_connections == 3
    assert found.connection_pool.tcp.connect_timeout == timedelta(seconds=1)
    assert found.outlier_detection == OutlierDetection(consecutive_5xx_errors=7)


def test_times_and_upgrades_of_the_mesh_stand_below_its_baseline() -> None:
    """A rule that says DEFAULT means what the mesh says."""
    mesh = _mesh(connectTimeout="3s", h2UpgradePolicy="UPGRADE", tcpKeepalive={"probes": 2})
    written = TrafficPolicy(connection_pool=ConnectionPool(http=HTTPSettings(max_retries=1)))
    found = with_defaults(written, mesh).connection_pool
    assert found is not None
    assert found.tcp is not None
    assert found.http is not None
    assert found.tcp.connect_timeout == timedelta(seconds=3)
    assert found.tcp.tcp_keepalive is not None
    assert (found.http.h2_upgrade_policy, found.http.max_retries) == ("UPGRADE", 1)


def test_a_mesh_that_says_nothing_changes_nothing() -> None:
    """The same policy comes back."""
    policy = TrafficPolicy(connection_pool=POOL)
    assert with_defaults(policy, MeshSettings()) is policy
