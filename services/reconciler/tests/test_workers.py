"""Tests of the threads of a fleet."""

import threading

from libs.desired.fleetview import FleetView
from libs.desired.stored import RevisionReader
from libs.fakes.kubecluster import FakeKubeCluster
from libs.kernel.ids import ClusterName, RevisionId
from libs.kernel.inventory import RoundState
from libs.kernel.looperrors import StalledError
from libs.meshapi.fleet import Connection
from libs.ports.kubecluster import KubeCluster
from services.reconciler.tests.places import CLUSTER, NAME, Place, config_map
from services.reconciler.workers import Workers

STATIC = CLUSTER.replace("name: one", "name: two").replace("{context: one}", "{static: {}}")


def workers(place: Place) -> Workers:
    """Return the threads of a place's fleet, which only wait for what happens."""

    def connect(name: ClusterName, connection: Connection) -> KubeCluster:
        if connection.context != "one":
            raise StalledError(f"no context {connection.context}")
        return FakeKubeCluster(place.server, name)

    reader = RevisionReader(place.store)

    def view(revision: RevisionId) -> FleetView:
        return reader.view(place.commits.revisions[int(revision[1:]) - 1])

    return Workers(place.one.shared, connect, view, 0.01)


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
