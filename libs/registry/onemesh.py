"""Several clusters as one mesh: services of one name are one service, with the endpoints of all."""

from collections.abc import Iterable
from dataclasses import dataclass

from libs.kernel.ids import ClusterName
from libs.meshapi.endpointslice import EndpointSlice, SliceEndpoint
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.namespace import Namespace
from libs.meshapi.node import Node
from libs.meshapi.pod import Pod
from libs.meshapi.service import Service
from libs.registry.pods import NETWORK

_OF = "/"
"""Stands between a cluster's name and that of its object."""


@dataclass(frozen=True, slots=True)
class Remote:
    """What another cluster of the same mesh adds, and the network that its Pods are in."""

    cluster: ClusterName
    objects: tuple[MeshObject, ...]
    network: str = ""


def one_mesh(own: Iterable[MeshObject], remotes: Iterable[Remote]) -> tuple[MeshObject, ...]:
    """Return the facts of a cluster with those of the others of its mesh.

    A service is one service under one name in all of them, as the oldest-known cluster, its own
    first, describes it; its endpoints are those of all. Objects of other clusters get the
    cluster's name in front of theirs, which no name of an API server can contain.
    """
    found = {one.key: one for one in own}
    for remote in remotes:
        for one in remote.objects:
            if isinstance(one, Service | Namespace):
                found.setdefault(one.key, one)
            elif (moved := _moved(one, remote)) is not None:
                found[moved.key] = moved
    return tuple(sorted(found.values(), key=lambda one: one.key))


def _moved(one: MeshObject, remote: Remote) -> MeshObject | None:
    name = {"name": _foreign(remote, one.metadata.name)}
    if isinstance(one, Node):
        return one.model_copy(update={"metadata": one.metadata.model_copy(update=name)})
    if isinstance(one, Pod):
        labels = dict(one.metadata.labels)
        if remote.network:
            labels.setdefault(NETWORK, remote.network)
        metadata = one.metadata.model_copy(update={**name, "labels": labels})
        node = {"node_name": _foreign(remote, one.spec.node_name)} if one.spec.node_name else {}
        return one.model_copy(
            update={"metadata": metadata, "spec": one.spec.model_copy(update=node)}
        )
    if isinstance(one, EndpointSlice):
        endpoints = tuple(_moved_endpoint(each, remote) for each in one.endpoints)
        metadata = one.metadata.model_copy(update=name)
        return one.model_copy(update={"metadata": metadata, "endpoints": endpoints})
    return None


def _moved_endpoint(each: SliceEndpoint, remote: Remote) -> SliceEndpoint:
    if each.target_ref is None:
        return each
    name = {"name": _foreign(remote, each.target_ref.name)}
    return each.model_copy(update={"target_ref": each.target_ref.model_copy(update=name)})


def _foreign(remote: Remote, name: str) -> str:
    return f"{remote.cluster}{_OF}{name}"


def is_foreign(one: MeshObject) -> bool:
    """Say whether an object is what another cluster of the mesh adds."""
    return _OF in one.metadata.name
