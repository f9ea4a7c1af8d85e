"""How a watch in memory waits; what it tells is `tests/contract`."""

from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.kernel.ids import ClusterName
from libs.ports.kubecluster import Selection


def test_time_passes_only_when_nothing_happened() -> None:
    """A poll that has something returns at once, an empty one after its timeout."""
    clock = FakeClock()
    cluster = FakeKubeCluster(FakeKubeServer(clock), ClusterName("c"))
    watch = cluster.watch([Selection("", "Namespace")])
    assert len(watch.poll(5.0)) == 1
    assert clock.monotonic_s() == 0.0
    assert watch.poll(5.0) == []
    assert clock.monotonic_s() == 5.0
