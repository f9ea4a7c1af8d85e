"""Which objects a fleet has in which clusters, and what of that a new state changes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from libs.desired.finding import Finding
from libs.desired.fleetview import FleetView
from libs.desired.members import sets_for
from libs.desired.rendering import Rendering, Variant
from libs.kernel.ids import ClusterName, SetName
from libs.lint.folding import fold
from libs.lint.subject import Subject
from libs.meshapi.fleet import FleetSet
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.unrendered import Unrendered

Contents = Mapping[SetName, Sequence[ParsedObject]]
_NOWHERE = frozenset[ClusterName]()


@dataclass(frozen=True, slots=True)
class Change:
    """Objects that are not there any more, and those that are new."""

    gone: tuple[Subject[Any], ...]
    new: tuple[Subject[Any], ...]


Signature = Mapping[int, tuple[tuple[int, frozenset[ClusterName]], ...]]
"""What members of a set are where, by the identities of both."""


@dataclass(slots=True)
class _Shelf:
    """What a set holds. `declared` is what the fleet says of it."""

    clusters: frozenset[ClusterName]
    declared: FleetSet | None
    objects: Sequence[ParsedObject] = ()
    variants: Signature = field(default_factory=dict)
    subjects: dict[int, Subject[Any]] = field(default_factory=dict)
    """By the identity of the parsed object: an equal one may have its parts at other lines."""


class Stock:
    """The objects of all sets, in the state that was looked at last."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._shelves: dict[SetName, _Shelf] = {}
        self._rendering: Rendering | None = None
        self._unrendered: Mapping[Finding, tuple[ClusterName, ...]] = {}

    def findings(self, view: FleetView) -> Iterator[Finding]:
        """Say what is wrong with patches and variables of the state that was looked at last."""
        clusters = _clusters_of_sets(view) if self._unrendered else {}
        for one, names in self._unrendered.items():
            yield fold(one, names, len(clusters.get(one.sets[0], ())))

    def renew(self, view: FleetView, contents: Contents) -> Change:
        """Go over to another state. A set of which the fleet says something else is all new.

        An object that is another one in some clusters is a subject of its own for them. Templates
        and patches themselves are subjects of no cluster.
        """
        before = self._rendering
        rendering = Rendering(view, contents) if before is None else before.after(view, contents)
        spread = rendering.spread()
        self._rendering, self._unrendered = rendering, spread.findings
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
            less, more = _restock(
                name, shelf, contents.get(name, ()), spread.variants.get(name, {})
            )
            gone.extend(less)
            new.extend(more)
            self._shelves[name] = shelf
        for name in self._shelves.keys() - contents.keys():
            del self._shelves[name]
        return Change(tuple(gone), tuple(new))


def _restock(
    name: SetName,
    shelf: _Shelf,
    objects: Sequence[ParsedObject],
    variants: Mapping[int, tuple[Variant, ...]],
) -> tuple[list[Subject[Any]], list[Subject[Any]]]:
    """Make a set hold other objects. Return what it held and does not, and what is new."""
    signature = {
        item: tuple((id(one.object), one.clusters) for one in some)
        for item, some in variants.items()
    }
    if shelf.objects is objects and shelf.variants == signature:
        return [], []
    wanted = _wanted(shelf, objects, variants)
    gone = [
        shelf.subjects.pop(known)
        for known, one in [*shelf.subjects.items()]
        if known not in wanted or not _are_equal(wanted[known][1], one.clusters)
    ]
    new = [
        Subject(one.object, one, name, clusters, len(shelf.clusters))
        for known, (one, clusters) in wanted.items()
        if known not in shelf.subjects
    ]
    shelf.subjects.update((id(one.parsed), one) for one in new)
    shelf.objects, shelf.variants = objects, signature
    return gone, new


def _wanted(
    shelf: _Shelf, objects: Sequence[ParsedObject], variants: Mapping[int, tuple[Variant, ...]]
) -> dict[int, tuple[ParsedObject, frozenset[ClusterName]]]:
    """Return by identity what a set holds, and in which clusters it is that."""
    wanted: dict[int, tuple[ParsedObject, frozenset[ClusterName]]] = {}
    for one in objects:
        some = variants.get(id(one))
        if some is None and not isinstance(one.object, Unrendered):
            wanted[id(one)] = (one, shelf.clusters)
        else:
            wanted[id(one)] = (one, _NOWHERE)
            wanted |= {id(each.object): (each.object, each.clusters) for each in some or ()}
    return wanted


def _are_equal(some: frozenset[ClusterName], others: frozenset[ClusterName]) -> bool:
    return some is others or some == others


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
