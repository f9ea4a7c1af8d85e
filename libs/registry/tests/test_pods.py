"""What is known of the Pod behind an endpoint, and what a change of it reaches."""

from typing import Any

from libs.meshapi.endpointslice import EndpointSlice
from libs.meshapi.node import Node
from libs.meshapi.pod import Pod
from libs.meshapi.service import Service
from libs.registry.build import build_registry, changed_registry
from libs.registry.service import Endpoint

HOST = "web.shop.svc.cluster.local"
SERVICE = Service.model_validate(
    {"metadata": {"name": "web", "namespace": "shop"}, "spec": {"ports": ({"port": 80},)}}
)
SLICE = EndpointSlice.model_validate(
    {
        "metadata": {
            "name": "web-1",
            "namespace": "shop",
            "labels": {"kubernetes.io/service-name": "web"},
        },
        "address_type": "IPv4",
        "endpoints": (
            {
                "addresses": ("10.0.0.1",),
                "target_ref": {"kind": "Pod", "name": "web-a"},
                "zone": "z",
            },
        ),
        "ports": ({"port": 8080},),
    }
)


def _pod(**labels: str) -> Pod:
    return Pod.model_validate(
        {
            "metadata": {"name": "web-a", "namespace": "shop", "labels": labels},
            "spec": {"containers": (), "node_name": "n1", "service_account_name": "web"},
        }
    )


def _node(region: str) -> Node:
    labels = {"topology.kubernetes.io/region": region, "topology.kubernetes.io/zone": "a"}
    return Node.model_validate({"metadata": {"name": "n1", "labels": labels}})


def _endpoint(*objects: Any) -> Endpoint:
    (found,) = build_registry([SERVICE, SLICE, *objects]).endpoints[HOST]
    return found


def test_an_endpoint_has_what_its_pod_has() -> None:
    """Labels, network and service account are the Pod's, the locality is its node's."""
    labels = {"version": "v1", "topology.istio.io/network": "n"}
    found = _endpoint(_pod(**labels), _node("eu"))
    assert (found.labels, found.network) == (labels, "n")
    assert (found.service_account, found.locality) == ("web", "eu/a")


def test_a_pod_may_say_itself_where_it_is() -> None:
    """Its label counts more than its node."""
    assert _endpoint(_pod(**{"istio-locality": "us.b.c"}), _node("eu")).locality == "us/b/c"


def test_without_a_pod_the_slice_says_the_zone() -> None:
    """An endpoint whose Pod is not known yet is an endpoint all the same."""
    found = _endpoint()
    assert (found.locality, found.labels) == ("/z", {})


def test_a_pod_or_node_that_changes_describes_its_services_anew() -> None:
    """As if everything had been read from the beginning."""
    registry = build_registry([SERVICE, SLICE, _pod(version="v1"), _node("eu")])
    after = changed_registry(registry, [_pod(version="v1")], [_pod(version="v2")])
    assert after.endpoints[HOST][0].labels == {"version": "v2"}
    moved = changed_registry(after, [_node("eu")], [_node("us")])
    assert moved.endpoints[HOST][0].locality == "us/a"
    bare = changed_registry(moved, [_pod(version="v2"), _node("us")], [])
    assert bare.endpoints == build_registry([SERVICE, SLICE]).endpoints
