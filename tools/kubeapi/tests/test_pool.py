"""Servers of the pool are empty for whoever gets them next."""

from http.client import CREATED, NOT_FOUND

from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import empty, pooled

MAPS = "/api/v1/namespaces/default/configmaps"
DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
SHIPS = {
    "apiVersion": "apiextensions.k8s.io/v1",
    "kind": "CustomResourceDefinition",
    "metadata": {"name": "ships.pool.example.com"},
    "spec": {
        "group": "pool.example.com",
        "names": {"kind": "Ship", "plural": "ships"},
        "scope": "Namespaced",
        "versions": [
            {
                "name": "v1",
                "served": True,
                "storage": True,
                "schema": {"openAPIV3Schema": {"type": "object"}},
            }
        ],
    },
}


def test_nothing_of_a_test_is_left(kube_fleet: Fleet) -> None:
    """Objects, waiting ones too, namespaces and kinds go; what is the server's own stays."""
    (server,) = pooled(kube_fleet)
    made = {
        MAPS: {"metadata": {"name": "a", "finalizers": ["example.com/hold"]}},
        "/api/v1/namespaces": {"metadata": {"name": "place"}},
        "/api/v1/namespaces/place/secrets": {"metadata": {"name": "s"}},
        DEFINITIONS: SHIPS,
    }
    for path, body in made.items():
        assert server.call("POST", path, body).status == CREATED
    empty(server)
    for path, body in made.items():
        name = body["metadata"]["name"]  # type: ignore[index]
        assert server.call("GET", f"{path}/{name}").status == NOT_FOUND
    spaces = {
        one["metadata"]["name"] for one in server.call("GET", "/api/v1/namespaces").body["items"]
    }
    assert {"default", "kube-system"} <= spaces
    assert server.call("GET", "/api/v1/namespaces/default/services/kubernetes").status != NOT_FOUND
