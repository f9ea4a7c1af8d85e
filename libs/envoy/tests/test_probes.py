"""Ports of an Envoy for those who run it."""

from pathlib import Path

from libs.adapters.envoybinary.validate import EnvoyBinary
from libs.envoy.bootstrap import BootstrapSettings, bootstrap
from libs.envoy.probes import ADMIN_CLUSTER, READY_PORT, STATS_PORT


def test_both_ports_answer_where_somebody_asked_for_them(envoy: Path) -> None:
    """Real Envoy takes the file; by default there is no listener that no stream brought."""
    plain = bootstrap(BootstrapSettings("id", "127.0.0.1", 15010))
    assert "listeners" not in plain["static_resources"]
    made = bootstrap(BootstrapSettings("id", "127.0.0.1", 15010, probes="127.0.0.1"))
    static = made["static_resources"]
    ports = [one["address"]["socket_address"]["port_value"] for one in static["listeners"]]
    assert ports == [READY_PORT, STATS_PORT]
    assert ADMIN_CLUSTER in [one["name"] for one in static["clusters"]]
    assert EnvoyBinary(envoy).refusal(made) is None
