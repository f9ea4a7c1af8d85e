"""Paths of objects, whatever their names are."""

from libs.adapters.kube.objects import collection, key_of, live_of, place
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Resource

GATEWAYS = Resource("networking.istio.io", "v1", "Gateway", "gateways", namespaced=True)
NODES = Resource("", "v1", "Node", "nodes", namespaced=False)


def test_paths_follow_group_and_scope() -> None:
    """Kinds of the core stand below /api, all others below /apis and their group."""
    assert collection(NODES, "ignored") == "/api/v1/nodes"
    assert collection(GATEWAYS, "") == "/apis/networking.istio.io/v1/gateways"
    key = ObjectKey("networking.istio.io", "Gateway", "a", "b")
    assert place(GATEWAYS, key, "status").endswith("/v1/namespaces/a/gateways/b/status")


def test_a_name_cannot_lead_elsewhere() -> None:
    """Slashes and dots of a name are no path."""
    key = ObjectKey("networking.istio.io", "Gateway", "a/..", "../x?y")
    found = place(GATEWAYS, key)
    assert found.endswith("/namespaces/a%2F../gateways/..%2Fx%3Fy")


def test_what_is_to_be_written_has_a_namespace() -> None:
    """An object of a namespaced kind without one is in `default`, a node in none."""
    body = {"metadata": {"name": "x"}}
    assert key_of(GATEWAYS, body).namespace == "default"
    assert key_of(NODES, {"metadata": {"name": "x", "namespace": "y"}}).namespace == ""


def test_an_item_of_a_list_gets_its_kind() -> None:
    """Servers leave it out there."""
    live = live_of(NODES, {"metadata": {"name": "x", "uid": "u", "resourceVersion": "1"}})
    assert (live.body["apiVersion"], live.body["kind"]) == ("v1", "Node")
    assert (live.uid, live.resource_version, live.generation) == ("u", "1", 0)
