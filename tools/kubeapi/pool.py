"""Servers that many tests use one after the other, each of which finds them empty.

A server takes seconds to start and goes on costing while nobody asks it anything, so there are
three, started when somebody first wants them.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from http.client import NOT_FOUND, OK
from typing import Any

from tools.kubeapi.fleet import Fleet
from tools.kubeapi.server import ApiServer, ServerSpec

GONE_S_MAX = 20.0
USERS = {
    "first": ["system:masters"],
    "second": ["system:masters"],
    "guest": ["guests"],
    "nobody": [],
}
SPECS = (
    ServerSpec("pool1", USERS, audit="Metadata"),
    ServerSpec("pool2", USERS, audit="Metadata", service_cidr="10.97.0.0/16"),
    ServerSpec("pool3", USERS, audit="Metadata"),
)
"""The first and the last give Services the same addresses."""

_HOOKS = "/apis/admissionregistration.k8s.io/v1"
_RBAC = "/apis/rbac.authorization.k8s.io/v1"
_DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
_NAMESPACES = "/api/v1/namespaces"
_COLLECTIONS = (
    f"{_HOOKS}/mutatingwebhookconfigurations",
    f"{_HOOKS}/validatingwebhookconfigurations",
    _DEFINITIONS,
    "/api/v1/configmaps",
    "/api/v1/events",
    "/api/v1/nodes",
    "/api/v1/pods",
    "/api/v1/secrets",
    "/api/v1/serviceaccounts",
    "/api/v1/services",
    "/apis/coordination.k8s.io/v1/leases",
    "/apis/discovery.k8s.io/v1/endpointslices",
    f"{_RBAC}/clusterrolebindings",
    f"{_RBAC}/clusterroles",
    f"{_RBAC}/rolebindings",
    _NAMESPACES,
)
"""Where tests make objects; what may refuse a deletion comes first, what holds others last."""
_OWN_NAMESPACES = frozenset({"default", "kube-node-lease", "kube-public", "kube-system"})
_BOOTSTRAP = "kubernetes.io/bootstrapping"
MERGE = "application/merge-patch+json"

Metadata = Mapping[str, Any]


def pooled(fleet: Fleet, count: int = 1) -> tuple[ApiServer, ...]:
    """Return the first servers of the pool, at most three, running and emptied."""
    servers = fleet.ready(*SPECS[:count])
    for server in servers:
        empty(server)
    return servers


def empty(server: ApiServer) -> None:
    """Delete everything that the server did not make by itself, and wait until it is gone."""
    for collection in _COLLECTIONS:
        listed = [one["metadata"] for one in server.call("GET", collection).body["items"]]
        for metadata in listed:
            if metadata.get("finalizers") and collection != _DEFINITIONS:
                path = _path(collection, metadata)
                server.call("PATCH", path, {"metadata": {"finalizers": None}}, content_type=MERGE)
        for path in _deletable(collection, listed):
            _delete(server, collection, path)


def _deletable(collection: str, listed: Sequence[Metadata]) -> Iterator[str]:
    """Yield what to delete: all of a kind in a namespace at once where nothing else is there."""
    by_namespace: dict[str, list[Metadata]] = {}
    for metadata in listed:
        by_namespace.setdefault(metadata.get("namespace", ""), []).append(metadata)
    for namespace, found in by_namespace.items():
        ours = [one for one in found if not _is_own(collection, one)]
        if namespace and len(ours) == len(found):
            yield _path(collection, ours[0]).rpartition("/")[0]
        else:
            yield from (_path(collection, one) for one in ours)


def _is_own(collection: str, metadata: Metadata) -> bool:
    """Say whether a server makes an object by itself, and would make it again."""
    name, namespace = metadata["name"], metadata.get("namespace", "")
    if collection == _NAMESPACES:
        return name in _OWN_NAMESPACES
    if namespace == "kube-system" and name.startswith("periplus"):
        return False
    is_bootstrap = _BOOTSTRAP in metadata.get("labels", {})
    return is_bootstrap or namespace in _OWN_NAMESPACES - {"default"} or name == "kubernetes"


def _delete(server: ApiServer, collection: str, path: str) -> None:
    answer = server.call("DELETE", path, {"gracePeriodSeconds": 0})
    if collection == _NAMESPACES:
        # Nobody runs the controller that ends namespaces.
        name = path.rpartition("/")[2]
        space = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}
        server.call("PUT", f"{path}/finalize", space)
    if collection in {_NAMESPACES, _DEFINITIONS}:
        _wait_until_gone(server, path)
    elif answer.status not in {OK, NOT_FOUND}:
        raise RuntimeError(f"{path} cannot be deleted: {answer}")


def _path(collection: str, metadata: Metadata) -> str:
    root, _, plural = collection.rpartition("/")
    namespace = metadata.get("namespace")
    inside = f"/namespaces/{namespace}" if namespace else ""
    return f"{root}{inside}/{plural}/{metadata['name']}"


def _wait_until_gone(server: ApiServer, path: str) -> None:
    deadline_s = time.monotonic() + GONE_S_MAX
    while server.call("GET", path).status != NOT_FOUND:
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{path} does not go")
        time.sleep(0.02)
