"""Kinds that the in-memory API server has before anybody defines one, and those of definitions."""

from collections.abc import Iterator, Mapping
from typing import Any

from libs.ports.kubecluster import Resource

DEFINITIONS = "apiextensions.k8s.io"
_VERBS = frozenset({"create", "delete", "get", "list", "patch", "update", "watch"})
_RBAC = "rbac.authorization.k8s.io"


def _builtin(group: str, kind: str, path: str, *, namespaced: bool = True) -> Resource:
    return Resource(group, "v1", kind, path, namespaced, _VERBS)


BUILTIN = (
    _builtin("", "ConfigMap", "configmaps"),
    _builtin("", "Endpoints", "endpoints"),
    _builtin("", "Event", "events"),
    _builtin("", "Namespace", "namespaces", namespaced=False),
    _builtin("", "Node", "nodes", namespaced=False),
    _builtin("", "Pod", "pods"),
    _builtin("", "Secret", "secrets"),
    _builtin("", "Service", "services"),
    _builtin("", "ServiceAccount", "serviceaccounts"),
    _builtin(
        DEFINITIONS, "CustomResourceDefinition", "customresourcedefinitions", namespaced=False
    ),
    _builtin("apps", "Deployment", "deployments"),
    _builtin("coordination.k8s.io", "Lease", "leases"),
    _builtin("discovery.k8s.io", "EndpointSlice", "endpointslices"),
    _builtin("events.k8s.io", "Event", "events"),
    _builtin(_RBAC, "ClusterRole", "clusterroles", namespaced=False),
    _builtin(_RBAC, "ClusterRoleBinding", "clusterrolebindings", namespaced=False),
    _builtin(_RBAC, "Role", "roles"),
    _builtin(_RBAC, "RoleBinding", "rolebindings"),
)

IMMUTABLE: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("apps", "Deployment"): ("spec", "selector"),
    (_RBAC, "ClusterRoleBinding"): ("roleRef",),
    (_RBAC, "RoleBinding"): ("roleRef",),
}
"""A field that nobody may change, by group and kind."""


def defined(definition: Mapping[str, Any]) -> Iterator[Resource]:
    """Yield the kinds of a CustomResourceDefinition, the newest version first."""
    spec = definition["spec"]
    names = spec["names"]
    served = [one["name"] for one in spec["versions"] if one.get("served", True)]
    for version in sorted(served, key=_age, reverse=True):
        yield Resource(
            spec["group"],
            version,
            names["kind"],
            names["plural"],
            spec.get("scope", "Namespaced") == "Namespaced",
            _VERBS,
        )


def _age(version: str) -> tuple[bool, str]:
    """Order versions as a server prefers them: released ones before beta, beta before alpha."""
    return ("beta" not in version and "alpha" not in version, version.replace("alpha", "a"))
