"""Which hosts a Gateway's server serves for a VirtualService."""

from collections.abc import Sequence

from libs.compile.hosts import fqdn, overlap
from libs.compile.rules import gateway_name
from libs.lint.clusterview import ClusterView
from libs.lint.index import Index
from libs.lint.subject import Subject
from libs.meshapi.gateway import Gateway, Server
from libs.meshapi.virtualservice import MESH_GATEWAY, VirtualService
from libs.registry.hostnames import ANY

_SAME_NAMESPACE = "."

GATEWAYS = Index(Gateway, lambda one, _: (f"{one.namespace}/{one.metadata.name}",))
"""By `namespace/name`."""


def gateway_named(view: ClusterView, name: str) -> Subject[Gateway] | None:
    """Return the Gateway with a full name."""
    found = view.find(GATEWAYS, name)
    return found[-1] if found else None


def bound_gateways(view: ClusterView, one: Subject[VirtualService]) -> Sequence[Subject[Gateway]]:
    """Return the Gateways that a VirtualService names and that are there."""
    found = (gateway_named(view, name) for name in bound_names(one))
    return [gateway for gateway in found if gateway is not None]


def bound_names(one: Subject[VirtualService]) -> Sequence[str]:
    """Return the full names of the Gateways that a VirtualService names, without `mesh`."""
    names = (gateway_name(name, one.namespace) for name in one.object.spec.gateways)
    return tuple(dict.fromkeys(name for name in names if name != MESH_GATEWAY))


def full_hosts(view: ClusterView, one: Subject[VirtualService]) -> Sequence[str]:
    """Return the complete hosts of a VirtualService, in its order."""
    return [fqdn(host, one.namespace, view.domain) for host in one.object.spec.hosts]


def server_patterns(gateway: Subject[Gateway], server: Server, namespace: str) -> Sequence[str]:
    """Return the hosts of a server that are open to VirtualServices of `namespace`."""
    found = []
    for text in server.hosts:
        where, _, pattern = text.rpartition("/")
        owner = gateway.namespace if where == _SAME_NAMESPACE else where or ANY
        if owner in (ANY, namespace):
            found.append(pattern.lower())
    return found


def served(gateway: Subject[Gateway], host: str, namespace: str) -> frozenset[str]:
    """Return the names within `host` that any server of a Gateway serves for `namespace`."""
    return frozenset(
        common
        for server in gateway.object.spec.servers
        for pattern in server_patterns(gateway, server, namespace)
        if (common := overlap(pattern, host)) is not None
    )
