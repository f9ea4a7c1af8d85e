"""One client for several clusters."""

import threading

from libs.adapters.kube.tests.servers import client, cluster_of
from libs.ports.kubecluster import Listed, Selection, WatchEvent
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled

SELECTIONS = [Selection("", kind) for kind in ("Namespace", "Node", "Pod", "Service")]


def test_every_watch_of_every_cluster_shares_one_thread(kube_fleet: Fleet) -> None:
    """The number of threads does not grow with clusters and kinds."""
    before = threading.active_count()
    with client() as kube:
        clusters = [cluster_of(kube, server) for server in pooled(kube_fleet, 2)]
        watches = [one.watch(SELECTIONS) for one in clusters]
        for watch in watches:
            found: list[WatchEvent] = []
            while len(found) < len(SELECTIONS):
                found += watch.poll(10.0)
            assert all(isinstance(one, Listed) for one in found)
        # The loop's own thread, and one that reads credentials.
        assert threading.active_count() <= before + 4
    assert threading.active_count() <= before + 3
