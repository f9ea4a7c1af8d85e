"""What a change of a whole fleet does to calls: differences by cluster, and what is risky in it.

Facts are no part of a change: both sides are looked at with the newest that there are. A cluster
that files do not tell all of, and of which there are none, is unknown where the change reaches it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from libs.desired.facts import FactsFiles, is_reachable
from libs.desired.layout import FACTS_FILE
from libs.desired.provenance import changes_of
from libs.kernel.ids import ClusterName
from libs.kernel.messages import errors
from libs.kernel.origins import ObjectKey
from libs.lint.withfacts import usable
from libs.meshapi.meshobject import MeshObject
from libs.routediff.classes import Undecided
from libs.routediff.fleet import ClusterDifference, Pair, fleet_difference
from libs.routediff.origins import Changes
from libs.routediff.risks import (
    Lost,
    Risk,
    deletions,
    of_classes,
    plain_clients,
    refused_calls,
    shadowed,
)
from libs.routediff.side import Placed, Side
from libs.routediff.sights import Sight

_FOR_CALLERS = frozenset({"VirtualService", "DestinationRule", "Gateway"})
"""Kinds that only callers and gateways follow."""


@dataclass(frozen=True, slots=True)
class Preview:
    """All that a change does to calls.

    `pairs` has the clusters that are known, before and after; `sides` are both sides with what was
    seen of clusters that the change reaches, where it is one of configurations.
    """

    differences: tuple[ClusterDifference, ...]
    risks: tuple[Risk, ...]
    pairs: Mapping[ClusterName, Pair]
    sides: tuple[Side, Side] | None = None


def preview(old: Side, new: Side, only: Sequence[ClusterName] = ()) -> Preview:
    """Compare the clusters of two fleets, or `only` some; one that is missing on a side is empty.

    Clusters that get the same objects are compared once. Raises RenderError for overlays and
    variables that do not fit.
    """
    names = only or tuple(dict.fromkeys([*old.view.clusters, *new.view.clusters]))
    written = {name: (old.placed(name), new.placed(name)) for name in names}
    changed = {name: _changed(*written[name]) for name in names}
    same_mesh = old.view.fleet.spec.mesh == new.view.fleet.spec.mesh
    reached = [name for name in names if changed[name] or not same_mesh]
    files = new.facts.newer_than(old.facts)
    known = usable(files, reached)
    sides = (old.knowing(known), new.knowing(known)) if known else (old, new)
    unknown = {name: why for name in reached if (why := _unknown(name, (old, new), files))}
    pairs: dict[ClusterName, Pair] = {}
    for name in names:
        placed = (sides[0].placed(name), sides[1].placed(name)) if name in known else written[name]
        inbound = not (changed[name] <= _FOR_CALLERS and same_mesh)
        pairs[name] = _pair(name, sides, placed, inbound=inbound)
    told = {name: pair for name, pair in pairs.items() if name not in unknown}
    found = (*fleet_difference(told), *_unknown_differences(unknown))
    clients, refused = plain_clients(*sides), refused_calls(told, known)
    risks = (*of_classes(found), *clients, *refused, *shadowed(*sides), *deletions(_lost(written)))
    return Preview(found, risks, pairs, sides)


def compared(pairs: Mapping[ClusterName, Pair]) -> Preview:
    """Compare clusters that were looked at in other ways than by two configurations."""
    found = fleet_difference(pairs)
    return Preview(found, of_classes(found), pairs)


def _changed(before: Placed, after: Placed) -> frozenset[str]:
    """Return the kinds of the objects that are not what they were."""
    keys = before.keys() | after.keys()
    return frozenset(key.kind for key in keys if _object(before, key) != _object(after, key))


def _object(placed: Placed, key: ObjectKey) -> MeshObject | None:
    return placed[key].item.object if key in placed else None


def _lost(written: Mapping[ClusterName, tuple[Placed, Placed]]) -> Lost:
    return {
        name: [before[key] for key in before if key not in after]
        for name, (before, after) in written.items()
    }


def _unknown(name: ClusterName, sides: tuple[Side, Side], files: FactsFiles) -> str:
    """Say why nobody knows what a cluster has; nothing where it is known."""
    if not any(name in one.view.clusters and is_reachable(name, one.view) for one in sides):
        return ""
    reading = files.of(name)
    if reading is None:
        return (
            f"unknown: what runs there is in its API server, and `{FACTS_FILE}` in its folder is "
            "missing; write it with `periplus export facts`"
        )
    if reading.facts is None:
        return f"unknown: its facts cannot be read ({next(iter(errors(reading.messages)), '')})"
    if not reading.facts.objects:
        return "unknown: its facts have no objects; write them with `periplus export facts`"
    return ""


def _unknown_differences(
    unknown: Mapping[ClusterName, str],
) -> Iterator[ClusterDifference]:
    """Yield clusters of which nobody can say what a change does to their calls, by the reason."""
    for reason in dict.fromkeys(unknown.values()):
        names = tuple(name for name, one in unknown.items() if one == reason)
        yield ClusterDifference(names, (), (Undecided("every call", reason),))


def _pair(
    name: ClusterName, sides: tuple[Side, Side], placed: tuple[Placed, Placed], *, inbound: bool
) -> Pair:
    before, after = ({key: one.item.object for key, one in each.items()} for each in placed)
    alike = tuple(map(id, before.values())), tuple(map(id, after.values()))
    sight = Sight(sides[0].world(name, placed[0]))
    later = sight.after(sides[1].world(name, placed[1]))
    return Pair(sight, later, alike, inbound, (_changes(placed[0]), _changes(placed[1])))


def _changes(placed: Placed) -> Changes:
    return {key: found for key, one in placed.items() if (found := changes_of(one.item))}
