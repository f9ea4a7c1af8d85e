"""Reading who runs in the example fleet."""

from tools.demo.repository import EXAMPLE
from tools.demo.workloads import DemoCluster, read_clusters

CLUSTERS = read_clusters(EXAMPLE)


def test_each_cluster_runs_a_whole_bookinfo_behind_a_gateway() -> None:
    """Both clusters have the same programs in the same versions."""
    wanted = {
        ("", ""),
        ("productpage", "v1"),
        ("details", "v1"),
        ("reviews", "v1"),
        ("reviews", "v2"),
        ("reviews", "v3"),
        ("ratings", "v1"),
    }
    assert [cluster.name for cluster in CLUSTERS] == ["cluster1", "cluster2"]
    for cluster in CLUSTERS:
        assert {(each.app, each.version) for each in cluster.workloads} == wanted


def test_no_two_workloads_share_an_address() -> None:
    """Every workload and every outbound listener has an address of its own in the whole fleet."""
    every = [each for cluster in CLUSTERS for each in cluster.workloads]
    addresses = [each.address for each in every]
    addresses += [each.outbound_host for each in every if each.outbound_host]
    assert len(set(addresses)) == len(addresses)


def test_only_callers_have_an_outbound_address() -> None:
    """Programs that call nobody have nothing to call with."""
    for cluster in CLUSTERS:
        assert callers(cluster) == {"productpage", "reviews"}


def test_gateways_listen_on_different_ports() -> None:
    """Two gateways on one machine cannot share a port."""
    assert len({cluster.gateway_port for cluster in CLUSTERS}) == len(CLUSTERS)


def callers(cluster: DemoCluster) -> set[str]:
    """Return the programs that can call others."""
    return {each.app for each in cluster.workloads if each.outbound_host}
