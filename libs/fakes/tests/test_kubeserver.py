"""What the in-memory API server does beside its clients."""

from collections.abc import Mapping
from typing import Any

from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.kernel.ids import ClusterName
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Apply, Delete, Refusal, Refused


def _body(kind: str, name: str, **metadata: Any) -> Mapping[str, Any]:
    return {"apiVersion": "v1", "kind": kind, "metadata": {"name": name, **metadata}}


def _cluster() -> FakeKubeCluster:
    return FakeKubeCluster(FakeKubeServer(FakeClock()), ClusterName("c"))


def test_a_finished_namespace_takes_everything_with_it() -> None:
    """Deleting marks it; finishing ends it."""
    cluster = _cluster()
    inside = _body("ConfigMap", "one", namespace="n")
    cluster.write([Apply(_body("Namespace", "n")), Apply(inside)])
    place = ObjectKey("", "Namespace", "", "n")
    live = cluster.get(place)
    assert live is not None
    cluster.write([Delete(place, live.uid)])
    assert cluster.get(place) is not None
    cluster.server.finish_namespaces()
    assert cluster.get(place) is None
    assert cluster.get(ObjectKey("", "ConfigMap", "n", "one")) is None


def test_admission_changes_and_refuses() -> None:
    """What a webhook adds is stored; what it refuses is not."""
    cluster = _cluster()

    def hook(body: Mapping[str, Any]) -> Mapping[str, Any] | Refused:
        if body["metadata"]["name"] == "bad":
            return Refused(Refusal.REJECTED, "no")
        return {**body, "data": {"added": "yes"}}

    cluster.server.admissions.append(hook)
    good, bad = cluster.write([Apply(_body("ConfigMap", n)) for n in ("good", "bad")])
    assert good.object().body["data"] == {"added": "yes"}
    assert bad == Refused(Refusal.REJECTED, "no")
