"""Watches of a real server that stop making sense."""

import time
from collections.abc import Callable, Sequence

from libs.adapters.kube.tests.servers import client, cluster_of
from libs.adapters.kube.watching import Limits
from libs.ports.kubecluster import Blind, Changed, Create, Listed, Selection, Watch, WatchEvent
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled

PATIENCE_S = 30.0


def _until(watch: Watch, is_enough: Callable[[Sequence[WatchEvent]], bool]) -> list[WatchEvent]:
    found: list[WatchEvent] = []
    deadline_s = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline_s:
        found += watch.poll(0.2)
        if is_enough(found):
            return found
    raise AssertionError(found)


def test_a_server_that_hangs_is_found_out(kube_fleet: Fleet) -> None:
    """Connections stay open and nothing comes: after the silence it is blind, then sees again."""
    (server,) = pooled(kube_fleet)
    with client(Limits(silence_s=1.0)) as kube:
        watch = cluster_of(kube, server).watch([Selection("", "Namespace")])
        _until(watch, bool)
        server.pause()
        _until(watch, lambda found: any(isinstance(one, Blind) for one in found))
        server.resume()
        _until(watch, lambda found: any(isinstance(one, Listed) for one in found))
        watch.close()


def test_a_watch_goes_on_where_its_request_ended(kube_fleet: Fleet) -> None:
    """Servers end every watch at times; nothing is listed again and nothing missed."""
    (server,) = pooled(kube_fleet)
    with client(Limits(watch_s=1.0)) as kube:
        cluster = cluster_of(kube, server)
        watch = cluster.watch([Selection("", "ConfigMap", namespace="default")])
        _until(watch, bool)
        found: list[WatchEvent] = []
        for index in range(3):
            where = {"name": f"m{index}", "namespace": "default"}
            cluster.write([Create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": where})])
            deadline_s = time.monotonic() + 1.0
            while time.monotonic() < deadline_s:
                found += watch.poll(0.1)
        watch.close()
    changed = [one.live.key.name for one in found if isinstance(one, Changed)]
    assert changed == ["m0", "m1", "m2"]
    assert len(found) == len(changed)
