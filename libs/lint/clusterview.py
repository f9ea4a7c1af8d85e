"""What a check sees: all objects of one cluster, indexed the way the compiler indexes them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import TypeVar

from libs.compile.hosts import covers, fqdn
from libs.compile.world import World, build_world
from libs.desired.fleetview import FleetView
from libs.desired.select import objects_for
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Level
from libs.lint.subject import Subject
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject
from libs.registry.order import age
from libs.registry.service import Service

_Wanted = TypeVar("_Wanted", bound=MeshObject)
_NEAR_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class ClusterView:
    """One cluster. `complete`: what the repository does not say does not exist.

    That holds for a static cluster. Another cluster may have services that nobody told us.
    """

    name: ClusterName
    world: World
    subjects: tuple[Subject[MeshObject], ...]
    complete: bool

    def of(self, kind: type[_Wanted]) -> Sequence[Subject[_Wanted]]:
        """Return all objects of a kind, the oldest first."""
        found = [
            Subject(one.object, one.parsed, one.set)
            for one in self.subjects
            if isinstance(one.object, kind)
        ]
        return sorted(found, key=lambda one: age(one.object))

    def service(self, host: str) -> Service | None:
        """Return the service of a full host name; one for a wildcard serves every name in it."""
        services = self.world.registry.services
        exact = services.get(host)
        if exact is not None:
            return exact
        return next((one for name, one in services.items() if covers(name, host)), None)

    def absence(self) -> Level:
        """Return how bad it is that something of the mesh is not in the repository."""
        return Level.ERROR if self.complete else Level.WARNING


def cluster_view(
    name: ClusterName, view: FleetView, contents: Mapping[SetName, Sequence[ParsedObject]]
) -> ClusterView:
    """Gather and index what a cluster gets."""
    placed = objects_for(name, view, contents)
    subjects = tuple(Subject(one.item.object, one.item, one.set) for one in placed)
    objects = ((one.item.object, one.item.origin) for one in placed)
    world = build_world(objects, name, view.fleet.spec.mesh)
    connection = view.clusters[name].spec.connection
    return ClusterView(name, world, subjects, complete=connection.static is not None)


def nearest(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that `name` was probably meant to be."""
    found = get_close_matches(name, tuple(known), n=1, cutoff=_NEAR_ENOUGH)
    return found[0] if found else None


def nearest_host(view: ClusterView, written: str, namespace: str) -> str | None:
    """Return the service that a host was probably meant to be, short where a short one will do.

    The first label has to be near by itself: what hosts share by their domain counts for nothing.
    """
    known = view.world.registry.services
    if f"{written}.svc.{view.world.domain}" in known:
        return f"{written}.svc.{view.world.domain}"
    host = fqdn(written, namespace, view.world.domain)
    label, _, rest = host.partition(".")
    near = nearest(label, {one.partition(".")[0] for one in known})
    namesakes = [one for one in known if one.partition(".")[0] == near]
    if near is not None and written != host and f"{near}.{rest}" in namesakes:
        return near
    return nearest(host, namesakes)
