"""What lets a control plane into another cluster: account, role, kubeconfig, and what to look at.

Names and forms are Istio's: a Secret labelled `istio/multiCluster=true` whose key is the cluster.
"""

import base64
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any

from libs.kernel.ids import ClusterName
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace
from libs.meshapi.service import Service
from libs.ports.kubecluster import Body, ServerVersion

NAMESPACE = "istio-system"
ACCOUNT = "istio-multi"
MULTI_CLUSTER = "istio/multiCluster"
TOKEN_S_MAX = 365 * 24 * 3600
MINOR_MIN = 9
"""Kubernetes 1.9 is the oldest that can be watched."""
MINOR_MIN_MANAGED = 22
"""Kubernetes 1.22 is the oldest with server-side apply as it is today."""

_READ = ("get", "list", "watch")
_READ_RULES: tuple[Mapping[str, Any], ...] = (
    {
        "apiGroups": [""],
        "resources": ["endpoints", "namespaces", "nodes", "pods", "services"],
        "verbs": list(_READ),
    },
    {"apiGroups": ["discovery.k8s.io"], "resources": ["endpointslices"], "verbs": list(_READ)},
)
_MANAGED_GROUPS = (
    "extensions.istio.io",
    "gateway.networking.k8s.io",
    "networking.istio.io",
    "security.istio.io",
    "telemetry.istio.io",
)
_MANAGE_RULES: tuple[Mapping[str, Any], ...] = (
    {"apiGroups": list(_MANAGED_GROUPS), "resources": ["*"], "verbs": ["*"]},
    {
        "apiGroups": [""],
        "resources": ["configmaps", "namespaces", "secrets", "serviceaccounts", "services"],
        "verbs": ["*"],
    },
    {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["*"]},
    {"apiGroups": [""], "resources": ["serviceaccounts/token"], "verbs": ["create"]},
    {
        "apiGroups": ["", "events.k8s.io"],
        "resources": ["events"],
        "verbs": ["create", "patch"],
    },
)


@dataclass(frozen=True, slots=True)
class Permission:
    """Something that an account must be allowed. An empty namespace is all of them."""

    verb: str
    group: str
    resource: str
    namespace: str = ""
    subresource: str = ""

    def __str__(self) -> str:
        """Say it as `kubectl auth can-i` takes it."""
        part = f"/{self.subresource}" if self.subresource else ""
        where = f" in {self.namespace}" if self.namespace else ""
        group = f".{self.group}" if self.group else ""
        return f"{self.verb} {self.resource}{group}{part}{where}"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What a preflight knows of one cluster."""

    name: ClusterName
    version: ServerVersion
    pod_cidrs: tuple[str, ...] = ()
    service_cidrs: tuple[str, ...] = ()
    missing: tuple[Permission, ...] = field(default=())


def needed(namespace: str) -> tuple[Permission, ...]:
    """Return what whoever joins a cluster must be allowed there."""
    roles = "rbac.authorization.k8s.io"
    return (
        Permission("patch", "", "namespaces"),
        Permission("patch", "", "serviceaccounts", namespace),
        Permission("create", "", "serviceaccounts", namespace, "token"),
        Permission("patch", roles, "clusterroles"),
        Permission("patch", roles, "clusterrolebindings"),
    )


def needed_at_home(namespace: str) -> tuple[Permission, ...]:
    """Return what whoever joins a cluster must be allowed where the control plane is."""
    return (Permission("patch", "", "namespaces"), Permission("patch", "", "secrets", namespace))


def needed_by_account() -> tuple[Permission, ...]:
    """Return what the account itself must be allowed for services to be seen."""
    return tuple(
        Permission(verb, group, resource)
        for rule in _READ_RULES
        for group in rule["apiGroups"]
        for resource in rule["resources"]
        for verb in _READ
    )


def review(permission: Permission) -> Body:
    """Return the question to a server whether whoever asks is allowed something."""
    attributes = {
        "verb": permission.verb,
        "group": permission.group,
        "resource": permission.resource,
        "namespace": permission.namespace,
        "subresource": permission.subresource,
    }
    return {
        "apiVersion": "authorization.k8s.io/v1",
        "kind": "SelfSubjectAccessReview",
        "spec": {"resourceAttributes": attributes},
    }


def account_objects(namespace: str, account: str, *, manage: bool) -> tuple[Body, ...]:
    """Return what gives an account its rights, in the order in which it is applied.

    With `manage` the account may also write mesh configuration, which a reconciler does.
    """
    name = f"{account}-{'manager' if manage else 'reader'}"
    api = "rbac.authorization.k8s.io"
    subject = {"kind": "ServiceAccount", "name": account, "namespace": namespace}
    return (
        {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": namespace}},
        {
            "apiVersion": "v1",
            "kind": "ServiceAccount",
            "metadata": {"name": account, "namespace": namespace},
        },
        {
            "apiVersion": f"{api}/v1",
            "kind": "ClusterRole",
            "metadata": {"name": name},
            "rules": [*_READ_RULES, *(_MANAGE_RULES if manage else ())],
        },
        {
            "apiVersion": f"{api}/v1",
            "kind": "ClusterRoleBinding",
            "metadata": {"name": name},
            "roleRef": {"apiGroup": api, "kind": "ClusterRole", "name": name},
            "subjects": [subject],
        },
    )


def token_request(seconds: int, *audiences: str) -> Body:
    """Return the request for a token of an account; that of the API server without audiences."""
    return {
        "apiVersion": "authentication.k8s.io/v1",
        "kind": "TokenRequest",
        "spec": {
            "expirationSeconds": seconds,
            **({"audiences": list(audiences)} if audiences else {}),
        },
    }


def kubeconfig(cluster: ClusterName, server: str, authority: bytes, token: str) -> Body:
    """Return a kubeconfig that names no file and runs no program."""
    data = base64.b64encode(authority).decode()
    return {
        "apiVersion": "v1",
        "kind": "Config",
        "clusters": [
            {"name": cluster, "cluster": {"server": server, "certificate-authority-data": data}}
        ],
        "users": [{"name": cluster, "user": {"token": token}}],
        "contexts": [{"name": cluster, "context": {"cluster": cluster, "user": cluster}}],
        "current-context": cluster,
    }


def remote_secret(name: str, namespace: str, cluster: ClusterName, content: bytes) -> Body:
    """Return the Secret that makes a control plane watch a cluster."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {
            "name": name,
            "namespace": namespace,
            "labels": {MULTI_CLUSTER: "true"},
            "annotations": {"networking.istio.io/cluster": cluster},
        },
        "type": "Opaque",
        "data": {cluster: base64.b64encode(content).decode()},
    }


def problems(home: Sheet, remote: Sheet, *, manage: bool) -> tuple[str, ...]:
    """Say what speaks against joining two clusters, one sentence for each reason."""
    return (
        *_too_old(home, MINOR_MIN),
        *_too_old(remote, MINOR_MIN_MANAGED if manage else MINOR_MIN),
        *(f"{one.name}: you may not {each}" for one in (home, remote) for each in one.missing),
        *_overlaps(home, remote),
    )


def _too_old(one: Sheet, minor: int) -> Iterator[str]:
    if (one.version.major, one.version.minor) < (1, minor):
        yield f"{one.name}: Kubernetes {one.version.text} is too old; it takes 1.{minor} or newer"


def _overlaps(home: Sheet, remote: Sheet) -> Iterator[str]:
    """Yield every pair of ranges that hold an address of both; a Pod there is never reached."""
    sides = [
        [(sheet.name, what, text) for what, texts in _ranges(sheet) for text in texts]
        for sheet in (home, remote)
    ]
    for first, what, one in sides[0]:
        for second, other_what, other in sides[1]:
            if _overlap(one, other):
                yield (
                    f"{what} {one} of {first} and {other_what} {other} of {second} overlap;"
                    " addresses have to be unique in a flat network"
                )


def _ranges(one: Sheet) -> tuple[tuple[str, tuple[str, ...]], ...]:
    return ("the Pod range", one.pod_cidrs), ("the service range", one.service_cidrs)


def _overlap(one: str, other: str) -> bool:
    first, second = _network(one), _network(other)
    if isinstance(first, IPv4Network) and isinstance(second, IPv4Network):
        return first.overlaps(second)
    return (
        isinstance(first, IPv6Network)
        and isinstance(second, IPv6Network)
        and first.overlaps(second)
    )


def _network(text: str) -> IPv4Network | IPv6Network | None:
    try:
        return ip_network(text, strict=False)
    except ValueError:
        return None


def stubs(home: Iterable[MeshObject], remote: Iterable[MeshObject]) -> tuple[MeshObject, ...]:
    """Return the Namespaces and Services that names of the other cluster need to resolve here.

    A stub has the ports of the service and nothing that selects: its endpoints are elsewhere.
    """
    there = {one.key for one in home}
    missing = [
        one
        for one in remote
        if isinstance(one, Service) and one.key not in there and one.spec.type != "ExternalName"
    ]
    names = sorted({one.namespace for one in missing})
    places = (Namespace.model_validate({"metadata": {"name": name}}) for name in names)
    lacking = [one for one in places if one.key not in there]
    return (*lacking, *(_stub(one) for one in sorted(missing, key=lambda one: one.key)))


def _stub(service: Service) -> Service:
    ports = tuple(
        port.model_copy(update={"target_port": None, "node_port": 0}) for port in service.spec.ports
    )
    return Service.model_validate(
        {
            "metadata": {"name": service.metadata.name, "namespace": service.namespace},
            "spec": {"ports": ports},
        }
    )
