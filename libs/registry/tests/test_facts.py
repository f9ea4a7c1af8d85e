"""What is kept of objects as API servers have them."""

from typing import Any

from libs.kernel.origins import ObjectKey
from libs.meshapi.endpoints import Endpoints
from libs.meshapi.service import Service
from libs.ports.kubecluster import LiveObject
from libs.registry.facts import ENDPOINTS, NODES, PODS, SERVICES, fact_of, slice_of


def _live(kind: str, metadata: dict[str, Any], **body: Any) -> LiveObject:
    whole = {"apiVersion": "v1", "kind": kind, "metadata": metadata, **body}
    return LiveObject(ObjectKey("", kind, "n", metadata["name"]), "u", "1", 0, whole)


def test_bookkeeping_is_left_out() -> None:
    """Two versions of an object that differ in nothing of use give one fact."""
    port = {"name": "http", "port": 80, "protocol": "TCP", "targetPort": "web", "futureField": 1}
    spec = {"clusterIP": "10.0.0.1", "clusterIPs": ["10.0.0.1"], "ports": [port], "newField": True}
    metadata = {"name": "s", "namespace": "n", "resourceVersion": "1", "managedFields": [{}]}
    note = {"annotations": {"last-seen": "now", "networking.istio.io/exportTo": "."}}
    one = fact_of(SERVICES, _live("Service", metadata, spec=spec, status={"loadBalancer": {}}))
    two = fact_of(SERVICES, _live("Service", {**metadata, "resourceVersion": "2"}, spec=spec))
    assert isinstance(one, Service)
    assert one == two
    assert one.spec.ports[0].target_port == "web"
    seen = fact_of(SERVICES, _live("Service", metadata | note, spec=spec))
    assert seen is not None
    assert seen.metadata.annotations == {"networking.istio.io/exportTo": "."}


def test_of_a_node_only_its_place_is_kept() -> None:
    """Its other labels and its status change all the time."""
    labels = {"topology.kubernetes.io/zone": "a", "beta.example/heartbeat": "1"}
    found = fact_of(NODES, _live("Node", {"name": "n", "labels": labels}, status={"x": 1}))
    assert found is not None
    assert found.metadata.labels == {"topology.kubernetes.io/zone": "a"}


def test_a_pod_has_ports_and_identity() -> None:
    """Environment, volumes and status are nobody's business."""
    container = {
        "name": "c",
        "image": "i",
        "env": [{"value": "planted"}],
        "ports": [{"containerPort": 80, "name": "web", "hostIP": "1.2.3.4"}],
    }
    spec = {"containers": [container], "serviceAccountName": "sa", "volumes": [{}]}
    found = fact_of(PODS, _live("Pod", {"name": "p", "namespace": "n"}, spec=spec))
    assert found is not None
    assert "planted" not in found.model_dump_json()


def test_what_nobody_can_use_is_no_fact() -> None:
    """A Service with a port that is none does not end the compiler."""
    spec = {"ports": [{"port": "many"}]}
    assert fact_of(SERVICES, _live("Service", {"name": "s"}, spec=spec)) is None


def test_endpoints_become_a_slice() -> None:
    """Ready and not ready ones, with the Pods behind them."""
    subset = {
        "addresses": [{"ip": "10.0.0.1", "targetRef": {"kind": "Pod", "name": "p", "uid": "u"}}],
        "notReadyAddresses": [{"ip": "10.0.0.2"}],
        "ports": [{"name": "http", "port": 8080}],
    }
    found = fact_of(
        ENDPOINTS, _live("Endpoints", {"name": "s", "namespace": "n"}, subsets=[subset])
    )
    assert isinstance(found, Endpoints)
    made = slice_of(found)
    assert made.service_name == "s"
    ready = [one.conditions.ready for one in made.endpoints if one.conditions]
    assert ready == [True, False]
    assert made.endpoints[0].target_ref is not None
    assert (made.endpoints[0].target_ref.name, made.ports[0].port) == ("p", 8080)
