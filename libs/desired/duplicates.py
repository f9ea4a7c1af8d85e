"""Two objects with one identity: nobody could say which one a cluster should have."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from libs.desired import codes
from libs.desired.finding import Finding, Rule, finding
from libs.desired.fleetview import FleetView
from libs.desired.members import PlacedObject, sets_for
from libs.kernel.ids import SetName
from libs.kernel.messages import Level, MessageClass
from libs.kernel.origins import ObjectKey
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.unrendered import is_patch_key

_DUPLICATE = Rule(codes.DUPLICATE, Level.ERROR, MessageClass.CONFLICT)


def duplicates(
    view: FleetView, contents: Mapping[SetName, Sequence[ParsedObject]]
) -> Iterator[Finding]:
    """Find objects of one identity within a set, and within a cluster across its sets."""
    seen: set[Finding] = set()
    for one in (*_within_sets(contents), *_within_clusters(view, contents)):
        if one not in seen:
            seen.add(one)
            yield one


def _within_sets(contents: Mapping[SetName, Sequence[ParsedObject]]) -> Iterator[Finding]:
    for name, objects in sorted(contents.items()):
        yield from _pairs(PlacedObject(one, name) for one in objects if not _may_repeat(one))


def _within_clusters(
    view: FleetView, contents: Mapping[SetName, Sequence[ParsedObject]]
) -> Iterator[Finding]:
    """Look only at identities that several sets have: those are few, objects and clusters many."""
    shared = [found for found in _by_key(contents) if len({one.set for one in found}) > 1]
    for cluster in view.clusters if shared else ():
        sets = sets_for(cluster, view)
        for found in shared:
            for one in _pairs(each for each in found if each.set in sets):
                if len(one.sets) > 1:
                    yield one


def _may_repeat(one: ParsedObject) -> bool:
    """Say whether it is a patch: several may change one object."""
    return is_patch_key(one.key)


def _by_key(
    contents: Mapping[SetName, Sequence[ParsedObject]],
) -> Iterable[Sequence[PlacedObject[ParsedObject]]]:
    found: dict[ObjectKey, list[PlacedObject[ParsedObject]]] = {}
    for name, objects in sorted(contents.items()):
        for one in objects:
            if _may_repeat(one):
                continue
            found.setdefault(one.key, []).append(PlacedObject(one, name))
    return found.values()


def _pairs(objects: Iterable[PlacedObject[ParsedObject]]) -> Iterator[Finding]:
    """Report every later object of a key, with the place of the first."""
    first: dict[ObjectKey, PlacedObject[ParsedObject]] = {}
    for one in objects:
        former = first.setdefault(one.key, one)
        if former is not one:
            yield _finding(one, former)


def _finding(one: PlacedObject[ParsedObject], former: PlacedObject[ParsedObject]) -> Finding:
    text = "there are two objects of this kind and name; remove or rename one of them"
    if one.set != former.set:
        text = f"set `{former.set}` has this object as well; keep it in one set only"
    place = (one.item.origin, one.key)
    return finding(_DUPLICATE, place, (one.set, former.set), text, [former.item.origin])
