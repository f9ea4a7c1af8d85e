"""Tests of the threads of a fleet."""

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from libs.adapters.system.clock import SystemClock
from libs.desired.fleetview import FleetView
from libs.desired.stored import RevisionReader
from libs.fakes.kubecluster import FakeKubeCluster
from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.inventory import RoundState
from libs.kernel.looperrors import StalledError, WaitingError
from libs.meshapi.fleet import Connection
from libs.ports.kubecluster import KubeCluster
from services.reconciler.tests.places import CLUSTER, NAME, Place, config_map
from services.reconciler.workers import Workers

STATIC = CLUSTER.replace("name: one", "name: two").replace("{context: one}", "{static: {}}")


def workers(place: Place, identity: str = "me") -> Workers:
    """Return the threads of a place's fleet, which only wait for what happens."""

    def connect(name: ClusterName, connection: Connection) -> KubeCluster:
        if connection.context != "one":
            raise StalledError(f"no context {connection.context}")
        return FakeKubeCluster(place.server, name)

    reader = RevisionReader(place.store)

    def view(revision: RevisionId) -> FleetView:
        return reader.view(place.commits.revisions[int(revision[1:]) - 1])

    shared = replace(place.one.shared, clock=SystemClock())
    return Workers(shared, connect, view, 0.01, identity)


def test_only_clusters_with_a_server_have_a_thread() -> None:
    """A static one has none, and one that becomes static loses it."""
    place = Place()
    place.commits.clusters = [CLUSTER, STATIC]
    place.commits.commit({"shop": config_map("a")})
    made = workers(place)
    made.follow()
    assert set(made.running) == {NAME}
    place.commits.clusters = [CLUSTER.replace("{context: one}", "{static: {}}"), STATIC]
    place.commits.commit({"shop": config_map("a")})
    made.follow()
    assert made.running == {}


def test_a_cluster_that_nobody_reaches_stops_no_other() -> None:
    """Its reason is kept, and the others work."""
    place = Place()
    place.commits.clusters = [CLUSTER, CLUSTER.replace("one", "two")]
    place.commits.commit({"shop": config_map("a")})
    made = workers(place)
    made.follow()
    assert set(made.running) == {NAME}
    assert made.refused == {ClusterName("two"): "no context two"}
    made.stop()


def test_a_thread_brings_its_cluster_to_its_target() -> None:
    """It reports when it is there, and ends when it is told to."""
    place = Place()
    place.commits.commit({"shop": config_map("a")})
    made = workers(place)
    made.follow()
    token = place.store.change_token()
    while not [one for one in place.store.reports() if one.state is RoundState.DONE]:
        token = place.store.wait_for_change(token, 5.0)
    made.stop()
    assert place.names() == ["a"]
    assert NAME not in {one.name for one in threading.enumerate()}


def test_a_cluster_of_another_process_is_left_alone_until_it_is_given_back() -> None:
    """Nothing is written and nothing recorded by the second; then it works at once."""
    place = Place()
    place.commits.commit({"shop": config_map("a")})
    owner, other = workers(place, "owner"), workers(place, "other")
    owner.follow()
    _until(lambda: place.names() == ["a"] and bool(place.store.reports()))
    other.follow()
    _until(lambda: "owned by owner" in _reason(other))
    reports = place.store.reports()
    owner.running[NAME].stopping.set()
    place.commits.commit({"shop": config_map("b")})
    assert place.store.reports() == reports
    owner.stop()
    other.follow()
    _until(lambda: place.names() == ["b"])
    other.stop()


def test_a_lease_that_nobody_can_take_is_reported() -> None:
    """People see why nothing happens; the inventory stays empty."""
    place = Place()
    place.commits.commit({"shop": config_map("a")})
    place.server.reachable = False
    made = workers(place)
    made.follow()
    _until(lambda: bool(place.store.reports()))
    made.stop()
    (report,) = place.store.reports()
    assert report.state is RoundState.FAILED
    assert "the lease of one cannot be read" in report.reason
    assert not place.store.inventory(NAME)


def _reason(made: Workers) -> str:
    """Return why the cluster is not ours; nothing where it is."""
    try:
        made.running[NAME].lease.deadline_s()
    except WaitingError as error:
        return error.reason
    return ""


def _until(holds: Callable[[], bool]) -> None:
    """Wait until something holds."""
    deadline_s = time.monotonic() + 20.0
    while not holds():
        if time.monotonic() > deadline_s:
            raise AssertionError("it did not happen")
        time.sleep(0.01)
