"""The objects of each cluster: sets' objects with their variables filled in and patches applied.

First the patches of the object's own set, then those of the cluster's folder; within each by file,
line and column. Variables are filled in before: in the object, and in each patch by itself. What
uses neither is the same object in every cluster.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from libs.desired import codes
from libs.desired.finding import Finding, Rule, finding
from libs.desired.fleetview import FleetView, own_set
from libs.desired.layering import Job, Piece, Result, rendered
from libs.desired.members import PlacedObject, in_order, sets_for
from libs.desired.variables import Variable, variables_of
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.messages import Level, MessageClass
from libs.kernel.origins import ObjectKey
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.schema import suggestion
from libs.meshapi.unrendered import Patch, Template

Contents = Mapping[SetName, Sequence[ParsedObject]]
Placed = PlacedObject[ParsedObject]

_ABSENT = Rule(codes.PATCH, Level.ERROR, MessageClass.REFERENCE)


class Rendered(NamedTuple):
    """The objects of a cluster by kind, namespace and name, and what is wrong with overlays.

    An object whose variables cannot be filled in is left out; one that a patch cannot be applied to
    is as it was before that patch. Both are an error among the findings.
    """

    objects: tuple[Placed, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Split:
    """The contents of a set: objects and templates, and patches in the order of application."""

    members: tuple[ParsedObject, ...]
    patches: Mapping[ObjectKey, tuple[ParsedObject, ...]]
    keys: frozenset[ObjectKey]
    is_plain: bool


class Rendering:
    """Renders clusters of one state; what clusters share is rendered once."""

    def __init__(self, view: FleetView, contents: Contents, *, judge: bool = True) -> None:
        """Render `contents`. `judge` off reads shape alone, for what was accepted before."""
        self._view = view
        self._contents = contents
        self._judge = judge
        self._split: dict[SetName, _Split] = {}
        self._known: dict[tuple[object, ...], Result] = {}
        self._variables: dict[tuple[ClusterName, SetName], Mapping[str, Variable]] = {}

    def is_alike(self, name: SetName) -> bool:
        """Say whether a set gives every cluster the same objects, without looking at overlays."""
        return self._of(name).is_plain

    def cluster(self, cluster: ClusterName) -> Rendered:
        """Return the objects of a cluster; none for one that is not in the fleet."""
        own = None if self._view.is_plain else own_set(cluster)
        overlays = self._of(own).patches if own is not None else {}
        objects: list[Placed] = []
        findings: list[Finding] = []
        present: set[ObjectKey] = set()
        sets = sets_for(cluster, self._view)
        for name in sets:
            split = self._of(name)
            present |= split.keys
            patches = {} if name == own else split.patches
            findings += self._absent(name, patches, split.keys, sets)
            for item in split.members:
                chosen = (*_uses(name, patches, item), *_uses(own, overlays, item))
                result = self._result(cluster, PlacedObject(item, name), chosen)
                findings += result.findings
                if result.object is not None:
                    objects.append(PlacedObject(result.object, name))
        if own is not None and own in sets:
            findings += self._absent(own, overlays, frozenset(present), sets)
        return Rendered(in_order(objects), tuple(findings))

    def before_overlays(self, cluster: ClusterName, name: SetName) -> tuple[Placed, ...]:
        """Return the objects of a set in a cluster without the patches of the cluster's folder.

        That is what the set is answerable for. Only those that variables or patches made.
        """
        split = self._of(name)
        found = (
            self._result(cluster, PlacedObject(item, name), chosen).object
            for item in split.members
            for chosen in (_uses(name, split.patches, item),)
            if chosen or isinstance(item.object, Template)
        )
        return tuple(PlacedObject(one, name) for one in found if one is not None)

    def _result(self, cluster: ClusterName, base: Placed, chosen: tuple[Placed, ...]) -> Result:
        if not chosen and not isinstance(base.item.object, Template):
            return Result(base.item, ())
        pieces = [self._piece(cluster, one) for one in (base, *chosen)]
        key = tuple((id(one.item), one.set, tuple(one.used.items())) for one in pieces)
        known = self._known.get(key)
        if known is None:
            known = self._known[key] = rendered(Job(pieces[0], pieces[1:], self._judge))
        return known

    def _piece(self, cluster: ClusterName, one: Placed) -> Piece:
        key = cluster, one.set
        known = self._variables.get(key)
        if known is None:
            known = self._variables[key] = variables_of(cluster, one.set, self._view)
        return Piece(one.item, one.set, known)

    def _absent(
        self,
        name: SetName,
        patches: Mapping[ObjectKey, tuple[ParsedObject, ...]],
        present: frozenset[ObjectKey],
        sets: Iterable[SetName],
    ) -> Iterator[Finding]:
        for key in patches.keys() - present:
            for one in patches[key]:
                text = f"there is no {key} to patch; {self._hint(key, present, sets)}"
                yield finding(_ABSENT, (one.origin, one.key), (name,), text)

    def _hint(self, key: ObjectKey, present: frozenset[ObjectKey], sets: Iterable[SetName]) -> str:
        """Say where the object is, or what it is probably called."""
        for name in sets:
            if key in self._of(name).keys:
                return (
                    f"it is in set `{name}`, and a set patches its own objects; move the patch "
                    "there, or into the cluster's folder"
                )
        alike = {
            f"{one.namespace}/{one.name}" if one.namespace else one.name
            for one in present
            if one.kind == key.kind
        }
        if not alike:
            return "the cluster gets no object of this kind; correct the patch or remove it"
        wanted = f"{key.namespace}/{key.name}" if key.namespace else key.name
        return suggestion(wanted, tuple(sorted(alike)))

    def _of(self, name: SetName) -> _Split:
        found = self._split.get(name)
        if found is None:
            found = self._split[name] = _split(self._contents.get(name, ()))
        return found


def _split(objects: Sequence[ParsedObject]) -> _Split:
    patches: dict[ObjectKey, list[ParsedObject]] = {}
    members: list[ParsedObject] = []
    for one in objects:
        if isinstance(one.object, Patch):
            patches.setdefault(one.object.target, []).append(one)
        else:
            members.append(one)
    ordered = {
        key: tuple(sorted(found, key=lambda one: one.origin)) for key, found in patches.items()
    }
    is_plain = not any(
        isinstance(one.object, Template | Patch) and one.object.uses_variables for one in objects
    )
    return _Split(tuple(members), ordered, frozenset(one.key for one in members), is_plain)


def _uses(
    name: SetName | None,
    patches: Mapping[ObjectKey, tuple[ParsedObject, ...]],
    item: ParsedObject,
) -> tuple[Placed, ...]:
    if name is None or not patches:
        return ()
    return tuple(PlacedObject(one, name) for one in patches.get(item.key, ()))
