"""Which objects a fleet has in which clusters, and what of that a new state changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.desired.fleetview import FleetView
from libs.desired.select import sets_for
from libs.kernel.ids import ClusterName, SetName
from libs.lint.subject import Subject
from libs.meshapi.fleet import FleetSet
from libs.meshapi.parsed import ParsedObject

Contents = Mapping[SetName, Sequence[ParsedObject]]


@dataclass(frozen=True, slots=True)
class Change:
    """Objects that are not there any more, and those that are new."""

    gone: tuple[Subject[Any], ...]
    new: tuple[Subject[Any], ...]


@dataclass(slots=True)
class _Shelf:
    """What a set holds. `declared` is what the fleet says of it."""

    clusters: frozenset[ClusterName]
    declared: FleetSet | None
    objects: Sequence[ParsedObject] = ()
    subjects: dict[int, Subject[Any]] = field(default_factory=dict)
    """By the identity of the parsed object: an equal one may have its parts at other lines."""


class Stock:
    """The objects of all sets, in the state that was looked at last."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._shelves: dict[SetName, _Shelf] = {}

    def renew(self, view: FleetView, contents: Contents) -> Change:
        """Go over to another state. A set of which the fleet says something else is all new."""
        clusters = _clusters_of_sets(view)
        declared = view.sets
        gone: list[Subject[Any]] = []
        new: list[Subject[Any]] = []
        for name in self._shelves.keys() | contents.keys():
            shelf = _Shelf(clusters.get(name, frozenset()), declared.get(name))
            known = self._shelves.get(name)
            if known is not None and _is_like(known, shelf):
                shelf = known
            elif known is not None:
                gone.extend(known.subjects.values())
            less, more = _restock(name, shelf, contents.get(name, ()))
            gone.extend(less)
            new.extend(more)
            self._shelves[name] = shelf
        for name in self._shelves.keys() - contents.keys():
            del self._shelves[name]
        return Change(tuple(gone), tuple(new))


def _restock(
    name: SetName, shelf: _Shelf, objects: Sequence[ParsedObject]
) -> tuple[list[Subject[Any]], list[Subject[Any]]]:
    """Make a set hold other objects. Return what it held and does not, and what is new."""
    if shelf.objects is objects:
        return [], []
    wanted = {id(one): one for one in objects}
    gone = [shelf.subjects.pop(known) for known in [*shelf.subjects] if known not in wanted]
    new = [
        Subject(one.object, one, name, shelf.clusters)
        for known, one in wanted.items()
        if known not in shelf.subjects
    ]
    shelf.subjects.update((id(one.parsed), one) for one in new)
    shelf.objects = objects
    return gone, new


def _is_like(known: _Shelf, shelf: _Shelf) -> bool:
    return known.clusters == shelf.clusters and known.declared == shelf.declared


def _clusters_of_sets(view: FleetView) -> Mapping[SetName, frozenset[ClusterName]]:
    """Return who gets a set; one object for equal answers, so that comparing them is cheap."""
    found: dict[SetName, list[ClusterName]] = {}
    for cluster in view.clusters:
        for name in sets_for(cluster, view):
            found.setdefault(name, []).append(cluster)
    same: dict[frozenset[ClusterName], frozenset[ClusterName]] = {}
    frozen = {name: frozenset(some) for name, some in found.items()}
    return {name: same.setdefault(some, some) for name, some in frozen.items()}
