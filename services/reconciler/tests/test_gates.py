"""Tests of what is waited for."""

from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.fakes.store import FakeStore
from libs.kernel.ids import ClusterName, ProxyId, RevisionId, Version
from libs.kernel.origins import ObjectKey
from libs.kernel.proxies import ProxyRecord, SyncStatus
from services.reconciler.gates import LIVE_S_MAX, Gates, proxies_behind

ONE = ClusterName("one")


def gates(behind: str = "") -> tuple[Gates, FakeKubeServer, FakeClock]:
    """Return gates of an empty server."""
    clock = FakeClock()
    server = FakeKubeServer(clock)
    return Gates(FakeKubeCluster(server, ONE), clock, lambda: behind), server, clock


def a_proxy(name: str, status: SyncStatus, live: str, cluster: str = "one") -> ProxyRecord:
    """Return what is known of a proxy."""
    revision = RevisionId(live)
    return ProxyRecord(
        ProxyId(name), ClusterName(cluster), status, Version("v"), revision, 1.0, carried=True
    )


def test_a_definition_that_never_comes_fails_in_time() -> None:
    """It is named with the reason, and time is bounded."""
    made, _, clock = gates()
    key = ObjectKey("apiextensions.k8s.io", "CustomResourceDefinition", "", "a.b")
    assert "not established" in made.established([key])[key]
    assert 0 < clock.monotonic_s() < 60


def test_what_is_gone_is_not_waited_for() -> None:
    """An absent object is gone at once; a present one is not within the time."""
    made, _, clock = gates()
    assert made.gone(ObjectKey("", "ConfigMap", "default", "a"))
    assert clock.monotonic_s() == 0
    assert not made.gone(ObjectKey("", "Namespace", "", "default"))


def test_proxies_that_are_behind_hold_up_deletions() -> None:
    """Only for a time, and not when something newer is wanted."""
    made, _, clock = gates(behind="2 proxies are late")
    assert made.live(lambda: True).startswith("2 proxies")
    assert clock.monotonic_s() >= LIVE_S_MAX
    before = clock.monotonic_s()
    made.live(lambda: False)
    assert clock.monotonic_s() == before
    assert gates()[0].live(lambda: True) == ""


def test_connected_proxies_of_the_cluster_count() -> None:
    """Those of others, those that are gone, and those that follow do not."""
    store = FakeStore()
    store.record_proxies(
        [
            a_proxy("follows", SyncStatus.SYNCED, "r2"),
            a_proxy("behind", SyncStatus.STALE, "r1"),
            a_proxy("gone", SyncStatus.GONE, "r1"),
            a_proxy("elsewhere", SyncStatus.STALE, "r1", "two"),
        ]
    )
    assert (
        proxies_behind(store, ONE, RevisionId("r2")) == "1 proxies are not live on the target yet"
    )
