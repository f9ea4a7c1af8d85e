"""One cluster, several processes that want it: in memory, and on a real API server."""

import pytest

from libs.adapters.kube.access import Allowed, kubeconfig_file
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import WaitingError
from libs.planning.leases import DURATION_S, MARGIN_S, RENEW_S
from services.reconciler.lease import ClusterLease, LeaseThread
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled


def _leases() -> tuple[FakeKubeServer, ClusterLease, ClusterLease]:
    server = FakeKubeServer(FakeClock())
    cluster = FakeKubeCluster(server, ClusterName("c"))
    one, two = (ClusterLease(cluster, server.clock, name) for name in ("one", "two"))
    return server, one, two


def test_whoever_holds_the_lease_may_write_for_a_while() -> None:
    """Until some time before anybody else may take it."""
    server, one, two = _leases()
    with pytest.raises(WaitingError, match="nobody has looked"):
        one.deadline_s()
    one.turn()
    two.turn()
    assert one.deadline_s() == DURATION_S - MARGIN_S
    with pytest.raises(WaitingError, match="c is owned by one"):
        two.deadline_s()
    server.clock.sleep(DURATION_S - MARGIN_S)
    with pytest.raises(WaitingError):
        one.deadline_s()


def test_a_server_that_is_away_ends_ownership_in_time() -> None:
    """Nobody can renew then, and nobody else can take over either."""
    server, one, _ = _leases()
    one.turn()
    server.reachable = False
    server.clock.sleep(RENEW_S)
    one.turn()
    assert one.deadline_s() == DURATION_S - MARGIN_S
    server.clock.sleep(DURATION_S)
    one.turn()
    with pytest.raises(WaitingError, match="cannot be reached"):
        one.deadline_s()
    server.reachable = True
    one.turn()
    assert one.deadline_s() > server.clock.monotonic_s()


def test_a_process_that_slept_finds_the_cluster_taken() -> None:
    """It may not write when it wakes up, nor after its next look."""
    server, one, two = _leases()
    one.turn()
    while server.clock.monotonic_s() < DURATION_S + RENEW_S:
        two.turn()
        server.clock.sleep(RENEW_S)
    assert two.deadline_s() > server.clock.monotonic_s()
    with pytest.raises(WaitingError):
        one.deadline_s()
    one.turn()
    with pytest.raises(WaitingError, match="owned by two"):
        one.deadline_s()


def test_a_given_back_cluster_is_taken_at_once() -> None:
    """The next look of the other is enough."""
    _, one, two = _leases()
    one.turn()
    two.turn()
    one.release()
    with pytest.raises(WaitingError):
        one.deadline_s()
    two.turn()
    assert two.deadline_s() > 0


def test_a_real_server_has_one_owner_at_a_time(kube_fleet: Fleet) -> None:
    """The same over a real API server, with threads that renew."""
    (server,), clock = pooled(kube_fleet), SystemClock()
    kube = KubeClient(clock, SystemRng())
    source = kubeconfig_file(server.kubeconfig(), "", Allowed(files=True))
    cluster = kube.cluster(ClusterName("c"), source)
    one, two = (ClusterLease(cluster, clock, name) for name in ("one", "two"))
    holding = LeaseThread(one)
    try:
        one.turn()
        holding.start()
        two.turn()
        with pytest.raises(WaitingError, match="owned by one"):
            two.deadline_s()
        assert one.deadline_s() > clock.monotonic_s()
        holding.stop()
        two.turn()
        assert two.deadline_s() > clock.monotonic_s()
    finally:
        kube.close()
