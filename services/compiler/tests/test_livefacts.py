"""Running clusters as the compiler hears of them, on real API servers."""

import base64
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import orjson
import pytest

from libs.adapters.kube.access import Allowed
from libs.adapters.kube.cluster import KubeClient
from libs.adapters.kube.connecting import Connector
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.kernel.ids import ClusterName
from libs.kernel.looperrors import WaitingError
from libs.meshapi.fleet import Cluster
from libs.registry.build import build_registry
from services.compiler.livefacts import LiveFacts
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.kubeapi.server import ADMIN, ApiServer

HOME, REMOTE = ClusterName("cluster1"), ClusterName("cluster2")
PATIENCE_S = 30.0
HOST = "hello.app1.svc.cluster.local"


def kubeconfig(server: ApiServer, token: str) -> bytes:
    """Return a kubeconfig that names no file."""
    authority = base64.b64encode(server.ca_file.read_bytes()).decode()
    cluster = {"server": server.url, "certificate-authority-data": authority}
    return orjson.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "clusters": [{"name": "c", "cluster": cluster}],
            "users": [{"name": "u", "user": {"token": token}}],
            "contexts": [{"name": "x", "context": {"cluster": "c", "user": "u"}}],
            "current-context": "x",
        }
    )


def make(server: ApiServer, path: str, body: dict[str, Any]) -> None:
    """Create an object."""
    answer = server.call("POST", path, body)
    assert answer.status == 201, answer


def workload(server: ApiServer, address: str, version: str) -> None:
    """Make a service with one Pod, and what controllers would make of it."""
    make(server, "/api/v1/namespaces", {"metadata": {"name": "app1"}})
    where = "/api/v1/namespaces/app1"
    ports = [{"name": "http", "port": 5000}]
    service = {"metadata": {"name": "hello"}, "spec": {"ports": ports, "selector": {"app": "h"}}}
    make(server, f"{where}/services", service)
    container = {"name": "c", "image": "example.com/hello:1"}
    labels = {"app": "h", "version": version}
    pod = {"metadata": {"name": "hello-a", "labels": labels}, "spec": {"containers": [container]}}
    make(server, f"{where}/pods", pod)
    target = {"kind": "Pod", "name": "hello-a", "namespace": "app1"}
    conditions = {"ready": True}
    slice_ = {
        "metadata": {"name": "hello-1", "labels": {"kubernetes.io/service-name": "hello"}},
        "addressType": "IPv4",
        "endpoints": [{"addresses": [address], "conditions": conditions, "targetRef": target}],
        "ports": [{"name": "http", "port": 5000, "protocol": "TCP"}],
    }
    make(server, "/apis/discovery.k8s.io/v1/namespaces/app1/endpointslices", slice_)


@pytest.fixture(scope="module")
def servers(kube_fleet: Fleet) -> tuple[ApiServer, ApiServer]:
    """Two clusters with the same service; the first has a Secret that names the second."""
    one, two = pooled(kube_fleet, 2)
    workload(one, "10.1.0.1", "v1")
    workload(two, "10.2.0.1", "v2")
    make(one, "/api/v1/namespaces", {"metadata": {"name": "istio-system"}})
    config = base64.b64encode(kubeconfig(two, two.token(ADMIN))).decode()
    labels = {"istio/multiCluster": "true"}
    secret = {"metadata": {"name": "n2-k8s-secret", "labels": labels}, "data": {REMOTE: config}}
    make(one, "/api/v1/namespaces/istio-system/secrets", secret)
    return one, two


@pytest.fixture
def facts(servers: tuple[ApiServer, ApiServer]) -> Iterator[LiveFacts]:
    """What a compiler follows whose fleet has the first cluster."""
    client, clock = KubeClient(SystemClock(), SystemRng()), SystemClock()
    path = Path(servers[0].kubeconfig())
    connector = Connector(client, path, Allowed(files=True), servers[0].name)
    live = LiveFacts(connector, clock, lambda: None, servers[0].name)
    stopping = threading.Event()
    thread = threading.Thread(target=live.run, args=(stopping,))
    thread.start()
    try:
        yield live
    finally:
        stopping.set()
        thread.join()
        client.close()


def _follow(live: LiveFacts, server: ApiServer) -> None:
    spec = {"connection": {"context": server.name}, "network": "n1"}
    live.follow({HOME: Cluster.model_validate({"metadata": {"name": HOME}, "spec": spec})})


def _endpoints(live: LiveFacts) -> dict[str, str]:
    try:
        objects = [one for one, _ in live.of(HOME)]
    except WaitingError:
        return {}
    found = build_registry(objects).endpoints.get(HOST, ())
    return {one.address: one.labels.get("version", "") for one in found}


def _until(is_so: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_endpoints_of_both_clusters_are_known_and_follow(
    facts: LiveFacts, servers: tuple[ApiServer, ApiServer]
) -> None:
    """A Secret makes the other cluster's endpoints ours; one that is not ready any more goes."""
    _follow(facts, servers[0])
    with pytest.raises(WaitingError, match="not seen yet"):
        facts.of(HOME)
    _until(lambda: _endpoints(facts) == {"10.1.0.1": "v1", "10.2.0.1": "v2"})
    path = "/apis/discovery.k8s.io/v1/namespaces/app1/endpointslices/hello-1"
    body = servers[1].call("GET", path).body
    body["endpoints"][0]["conditions"]["ready"] = False
    assert servers[1].call("PUT", path, body).status == 200
    _until(lambda: _endpoints(facts) == {"10.1.0.1": "v1"})
    servers[1].kill()
    time.sleep(1.0)
    body["endpoints"][0]["conditions"]["ready"] = True
    servers[1].start()
    del body["metadata"]["resourceVersion"]
    assert servers[1].call("PUT", path, body).status == 200
    _until(lambda: _endpoints(facts) == {"10.1.0.1": "v1", "10.2.0.1": "v2"})


def test_a_cluster_without_an_api_server_has_no_facts(facts: LiveFacts) -> None:
    """What its repository says is all."""
    static = Cluster.model_validate({"metadata": {"name": HOME}, "spec": {}})
    facts.follow({HOME: static})
    assert facts.of(HOME) == ()
