"""What a change of a whole fleet does to calls: differences by cluster, and what is risky in it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.desired.provenance import changes_of
from libs.kernel.ids import ClusterName
from libs.routediff.fleet import ClusterDifference, Pair, fleet_difference
from libs.routediff.origins import Changes
from libs.routediff.risks import Risk, deletions, of_classes, plain_clients, shadowed
from libs.routediff.side import Placed, Side
from libs.routediff.sights import Sight

_FOR_CALLERS = frozenset({"VirtualService", "DestinationRule", "Gateway"})
"""Kinds that only callers and gateways follow."""


@dataclass(frozen=True, slots=True)
class Preview:
    """All that a change does to calls. `pairs` has the clusters, before and after."""

    differences: tuple[ClusterDifference, ...]
    risks: tuple[Risk, ...]
    pairs: Mapping[ClusterName, Pair]


def preview(old: Side, new: Side, only: Sequence[ClusterName] = ()) -> Preview:
    """Compare the clusters of two fleets, or `only` some; one that is missing on a side is empty.

    Clusters that get the same objects are compared once. Raises RenderError for overlays and
    variables that do not fit.
    """
    names = only or tuple(dict.fromkeys([*old.view.clusters, *new.view.clusters]))
    placed = {name: (old.placed(name), new.placed(name)) for name in names}
    pairs = {name: _pair(name, (old, new), placed[name]) for name in names}
    found = fleet_difference(pairs)
    lost = {
        name: [before[key] for key in before if key not in after]
        for name, (before, after) in placed.items()
    }
    clients = plain_clients(old, new)
    risks = (*of_classes(found), *clients, *shadowed(old, new), *deletions(lost))
    return Preview(found, risks, pairs)


def _pair(name: ClusterName, sides: tuple[Side, Side], placed: tuple[Placed, Placed]) -> Pair:
    before, after = ({key: one.item.object for key, one in each.items()} for each in placed)
    alike = tuple(map(id, before.values())), tuple(map(id, after.values()))
    changed = {
        key.kind for key in before.keys() | after.keys() if before.get(key) != after.get(key)
    }
    same_mesh = sides[0].view.fleet.spec.mesh == sides[1].view.fleet.spec.mesh
    inbound = not (changed <= _FOR_CALLERS and same_mesh)
    sight = Sight(sides[0].world(name, placed[0]))
    later = sight.after(sides[1].world(name, placed[1]))
    return Pair(sight, later, alike, inbound, (_changes(placed[0]), _changes(placed[1])))


def _changes(placed: Placed) -> Changes:
    return {key: found for key, one in placed.items() if (found := changes_of(one.item))}
