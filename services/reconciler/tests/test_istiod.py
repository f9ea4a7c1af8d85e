"""Tests of asking istiods whether proxies follow, over a server in memory."""

from collections.abc import Mapping
from typing import Any

import orjson

from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import TransientError
from libs.ports.kubecluster import Create
from services.reconciler.istiod import SETTLE_S, IstiodSync

SYNCED = {"proxy": "web-1.shop", "route_sent": "n1", "route_acked": "n1"}
LATE = {"proxy": "api-1.shop", "route_sent": "n2", "route_acked": "n1"}


class Replicas:
    """Istiods by address, and a cluster that has their Pods."""

    def __init__(self, told: Mapping[str, list[dict[str, Any]]]) -> None:
        """Let each say what is told; one that is not in there gives no answer."""
        self.clock = FakeClock()
        self.told = dict(told)
        cluster = FakeKubeCluster(FakeKubeServer(self.clock), ClusterName("one"))
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "istio-system"}}
        cluster.write([Create(space)])
        for number, address in enumerate(told):
            where = {"namespace": "istio-system", "labels": {"app": "istiod"}}
            metadata = {"name": f"istiod-{number}", **where}
            status = {"podIP": address}
            pod = {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "status": status}
            cluster.write([Create(pod)])
        self.sync = IstiodSync(cluster, self.clock, self.ask, "a token")

    def ask(self, address: str, token: str) -> bytes:
        """Answer as an istiod does."""
        if token != "a token" or address not in self.told:
            raise TransientError("no answer")
        return orjson.dumps(self.told[address])


def test_all_replicas_count_and_for_a_while() -> None:
    """Each knows only its own proxies; the first good look proves nothing yet."""
    replicas = Replicas({"10.0.0.1": [SYNCED], "10.0.0.2": [LATE]})
    told = replicas.sync.behind()
    assert told == "1 proxies have not taken what istiod sent: api-1.shop (route)"
    replicas.told["10.0.0.2"] = [SYNCED]
    assert "not have begun" in replicas.sync.behind()
    replicas.clock.advance(SETTLE_S)
    assert replicas.sync.behind() == ""


def test_who_was_late_in_between_begins_again() -> None:
    """The while counts from the last time that anybody was behind."""
    replicas = Replicas({"10.0.0.1": [SYNCED]})
    replicas.sync.behind()
    replicas.told["10.0.0.1"] = [LATE]
    replicas.sync.behind()
    replicas.told["10.0.0.1"] = [SYNCED]
    replicas.clock.advance(SETTLE_S)
    assert replicas.sync.behind() != ""


def test_an_istiod_without_an_answer_is_no_good_news() -> None:
    """Whether one does not answer or none is there."""
    silent = Replicas({"10.0.0.1": [SYNCED], "10.0.0.2": [SYNCED]})
    del silent.told["10.0.0.2"]
    assert silent.sync.behind() == "nobody knows whether proxies follow: no answer"
    assert "app=istiod" in Replicas({}).sync.behind()


def test_a_refusal_of_a_proxy_is_told() -> None:
    """What it refused is not live, although it answered."""
    refused = {"sent": "n1", "acked": "n1", "lastError": "bad route"}
    entry = {**SYNCED, "resources": {"type.googleapis.com/x.RouteConfiguration": refused}}
    assert "refused: bad route" in Replicas({"10.0.0.1": [entry]}).sync.behind()
