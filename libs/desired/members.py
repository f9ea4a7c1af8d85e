"""Which members of which sets a cluster gets: objects as parsed, or entries of a manifest.

What templates and patches among them become is for `libs.desired.select`.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from libs.desired.fleetview import FleetView, own_set
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.origins import ObjectKey


class Keyed(Protocol):
    """Whatever stands for an object: a parsed one, or an entry of a manifest."""

    @property
    def key(self) -> ObjectKey:
        """Identity of the object."""
        ...


Item = TypeVar("Item", bound=Keyed)


@dataclass(frozen=True, slots=True)
class PlacedObject(Generic[Item]):
    """An object of a cluster, and the set that it comes from."""

    item: Item
    set: SetName

    @property
    def key(self) -> ObjectKey:
        """Identity of the object."""
        return self.item.key


def sets_for(cluster: ClusterName, view: FleetView) -> tuple[SetName, ...]:
    """Return the sets that a cluster gets, by name; none for a cluster that is not in the fleet."""
    found = view.clusters.get(cluster)
    if found is None:
        return ()
    labels = found.metadata.labels
    declared = (SetName(one.name) for one in view.fleet.spec.sets if one.clusters.matches(labels))
    own = () if view.is_plain else (own_set(cluster),)
    return tuple(sorted((*declared, *own)))


def members_for(
    cluster: ClusterName, view: FleetView, contents: Mapping[SetName, Sequence[Item]]
) -> tuple[PlacedObject[Item], ...]:
    """Return what a cluster gets of its sets, sorted by kind, namespace and name.

    A set without contents gives nothing. Two objects with one key are both there: accepted
    contents have none, see `libs.desired.duplicates`.
    """
    return in_order(_placed(cluster, view, contents))


def in_order(placed: Iterable[PlacedObject[Item]]) -> tuple[PlacedObject[Item], ...]:
    """Sort by kind, namespace and name."""
    return tuple(sorted(placed, key=_order))


def _placed(
    cluster: ClusterName, view: FleetView, contents: Mapping[SetName, Sequence[Item]]
) -> Iterator[PlacedObject[Item]]:
    for name in sets_for(cluster, view):
        for item in contents.get(name, ()):
            yield PlacedObject(item, name)


def _order(placed: PlacedObject[Item]) -> tuple[str, str, str, str]:
    key = placed.key
    return key.kind, key.namespace, key.name, key.group
