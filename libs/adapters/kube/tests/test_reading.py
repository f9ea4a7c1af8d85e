"""Reads of a real server that need more than one answer."""

from libs.adapters.kube.tests.servers import client, cluster_of
from libs.adapters.kube.watching import Limits
from libs.ports.kubecluster import Create, Selection
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled


def test_a_long_list_is_read_page_by_page(kube_fleet: Fleet) -> None:
    """Every object is there once, in order."""
    names = [f"page-{index:04}" for index in range(25)]
    bodies = [
        {
            "apiVersion": "v1",
            "kind": "ConfigMap",
            "metadata": {"name": name, "namespace": "default", "labels": {"of": "pages"}},
        }
        for name in names
    ]
    with client(Limits(page_objects=10)) as kube:
        cluster = cluster_of(kube, pooled(kube_fleet)[0])
        for result in cluster.write([Create(body) for body in bodies]):
            result.object()
        listing = cluster.list_objects(Selection("", "ConfigMap", labels="of=pages"))
    assert [one.key.name for one in listing.objects] == names
