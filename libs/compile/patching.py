"""EnvoyFilters applied to one resource after the other, each object in its turn."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from google.protobuf.message import Message
from protogen.envoy.config.cluster.v3 import cluster_pb2
from protogen.envoy.config.listener.v3 import listener_pb2
from protogen.envoy.config.route.v3 import route_pb2

from libs.compile.dressing import side_of
from libs.compile.patchclusters import Hosts, patched_cluster
from libs.compile.patches import Patch
from libs.compile.patchlisteners import patched_listener
from libs.compile.patchroutes import patched_routes
from libs.compile.proxy import Proxy, ProxyType
from libs.envoy.hcm import Side
from libs.kernel.origins import ObjectKey
from libs.meshapi.envoyfilter import ApplyTo

_ADDED: Final[tuple[ApplyTo, ...]] = ("CLUSTER", "LISTENER")
"""The parts that are resources by themselves."""


@dataclass(frozen=True, slots=True)
class Patching:
    """The patches for a proxy, those of one object together, in the order they are applied.

    `hosts` has the services that the workload's own clusters, by name, are of.
    """

    objects: tuple[tuple[Patch, ...], ...]
    hosts: Hosts


@dataclass(frozen=True, slots=True)
class Patched:
    """A resource after its patches, None when one removed it, and whose patches changed it."""

    message: Message | None
    owners: tuple[ObjectKey, ...]


def patched(message: Message, patching: Patching, proxy: Proxy) -> Patched:
    """Return a resource as all objects make it; it is the same message where none does."""
    owners: list[ObjectKey] = []
    for patches in patching.objects:
        result = _by_object(message, patches, proxy, patching.hosts)
        if result is None:
            return Patched(None, ())
        if result is not message:
            owners.append(patches[0].owner)
            message = result
    return Patched(message, tuple(owners))


def added(patching: Patching, proxy: Proxy) -> Iterator[Patched]:
    """Yield what objects add to the view, as those after them make it."""
    for at, patches in enumerate(patching.objects):
        later = Patching(patching.objects[at + 1 :], patching.hosts)
        for one in patches:
            if _adds(one, proxy) and one.value is not None:
                found = patched(one.value, later, proxy)
                yield Patched(found.message, (one.owner, *found.owners))


def _adds(patch: Patch, proxy: Proxy) -> bool:
    """Without a context something is added once, for the calls that go out."""
    sides = (Side.GATEWAY,) if proxy.type is ProxyType.ROUTER else (Side.OUTBOUND, Side.INBOUND)
    return (
        patch.apply_to in _ADDED
        and patch.operation == "ADD"
        and any(patch.is_for(side) for side in sides)
    )


def _by_object(
    message: Message, patches: Sequence[Patch], proxy: Proxy, hosts: Hosts
) -> Message | None:
    if isinstance(message, cluster_pb2.Cluster):
        return patched_cluster(message, patches, proxy, hosts)
    if isinstance(message, listener_pb2.Listener):
        return patched_listener(message, patches, side_of(message, proxy))
    if isinstance(message, route_pb2.RouteConfiguration):
        calls = Side.GATEWAY if proxy.type is ProxyType.ROUTER else Side.OUTBOUND
        return patched_routes(message, patches, calls)
    return message
