"""The objects of each cluster: sets' objects with their variables filled in and patches applied.

First the patches of the object's own set, then those of the cluster's folder; within each by file,
line and column. Variables are filled in before: in the object, and in each patch by itself. What
uses neither is the same object in every cluster.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
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

_GENERATIONS_KEPT = 8
"""Judging a commit goes back and forth between a few states."""

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

    objects: Sequence[ParsedObject]
    members: tuple[ParsedObject, ...]
    templates: tuple[ParsedObject, ...]
    patches: Mapping[ObjectKey, tuple[ParsedObject, ...]]
    by_key: Mapping[ObjectKey, tuple[ParsedObject, ...]]

    def touched(self, *patches: Mapping[ObjectKey, object]) -> tuple[ParsedObject, ...]:
        """Return the members that are not in every cluster what they are in their file."""
        keys = dict.fromkeys(key for some in patches for key in some if key in self.by_key)
        found = (one for key in keys for one in self.by_key[key])
        return tuple({id(one): one for one in (*self.templates, *found)}.values())


@dataclass(frozen=True, slots=True)
class Variant:
    """What a member of a set is in some clusters."""

    object: ParsedObject
    clusters: frozenset[ClusterName]


@dataclass(frozen=True, slots=True)
class Spread:
    """Where members of sets are something else than in their file, and what is wrong with that.

    `variants` tells by set and by the identity of a member what it is where; a cluster in none of
    them has nothing of it. All other members are themselves everywhere.
    """

    variants: Mapping[SetName, Mapping[int, tuple[Variant, ...]]]
    findings: Mapping[Finding, tuple[ClusterName, ...]]


@dataclass(slots=True)
class _Memory:
    """What was rendered before: by the identities of all pieces, which are held alive here."""

    generation: int = 0
    results: dict[tuple[object, ...], tuple[int, tuple[Piece, ...], Result]] = field(
        default_factory=dict
    )

    def aged(self) -> "_Memory":
        """Go on to another state; what several states did not use is forgotten."""
        self.generation += 1
        oldest = self.generation - _GENERATIONS_KEPT
        self.results = {key: one for key, one in self.results.items() if one[0] >= oldest}
        return self

    def result(self, pieces: tuple[Piece, ...], *, judge: bool) -> Result:
        """Return what pieces make."""
        key = tuple((id(one.item), one.set, tuple(one.used.items())) for one in pieces)
        known = self.results.get(key)
        made = rendered(Job(pieces[0], pieces[1:], judge)) if known is None else known[2]
        self.results[key] = (self.generation, pieces, made)
        return made


class Rendering:
    """Renders clusters of one state; what clusters share is rendered once."""

    def __init__(self, view: FleetView, contents: Contents, *, judge: bool = True) -> None:
        """Render `contents`. `judge` off reads shape alone, for what was accepted before."""
        self._view = view
        self._contents = contents
        self._judge = judge
        self._memory = _Memory()
        self._splits: dict[SetName, _Split] = {}
        self._variables: dict[tuple[ClusterName, SetName], Mapping[str, Variable]] = {}

    def after(self, view: FleetView, contents: Contents) -> "Rendering":
        """Render another state; what it shares with this one is the same object in both."""
        made = Rendering(view, contents, judge=self._judge)
        made._memory = self._memory.aged()
        made._splits = {
            name: one for name, one in self._splits.items() if contents.get(name) is one.objects
        }
        return made

    def cluster(self, cluster: ClusterName) -> Rendered:
        """Return the objects of a cluster; none for one that is not in the fleet."""
        sets = sets_for(cluster, self._view)
        changed, findings = self._changed(cluster, sets)
        objects = (
            PlacedObject(made, name)
            for name in sets
            for item in self._of(name).members
            if (made := changed.get((name, id(item)), item)) is not None
        )
        return Rendered(in_order(objects), tuple(findings))

    def spread(self) -> Spread:
        """Return what differs from the files, in all clusters; costs what differs."""
        where: dict[tuple[SetName, int], dict[int, list[ClusterName]]] = {}
        made: dict[int, ParsedObject] = {}
        findings: dict[Finding, list[ClusterName]] = {}
        getting: dict[SetName, list[ClusterName]] = {}
        for cluster in self._view.clusters:
            sets = sets_for(cluster, self._view)
            for name in sets:
                getting.setdefault(name, []).append(cluster)
            changed, found = self._changed(cluster, sets)
            for one in found:
                findings.setdefault(one, []).append(cluster)
            for place, obj in changed.items():
                where.setdefault(place, {})
                if obj is not None:
                    made[id(obj)] = obj
                    where[place].setdefault(id(obj), []).append(cluster)
        variants: dict[SetName, dict[int, tuple[Variant, ...]]] = {}
        for (name, item), found_in in where.items():
            some = tuple(Variant(made[one], frozenset(in_)) for one, in_ in found_in.items())
            variants.setdefault(name, {})[item] = some
        self._add_unchanged(variants, getting)
        return Spread(variants, {one: tuple(names) for one, names in findings.items()})

    def _add_unchanged(
        self,
        variants: dict[SetName, dict[int, tuple[Variant, ...]]],
        getting: Mapping[SetName, Sequence[ClusterName]],
    ) -> None:
        """Add what a member is in clusters that do not patch it: itself."""
        for name, split in [(name, self._of(name)) for name in self._contents]:
            found = variants.setdefault(name, {}) if split.templates else variants.get(name, {})
            for one in split.templates:
                found.setdefault(id(one), ())
            for item in split.members:
                some = found.get(id(item))
                if some is None or isinstance(item.object, Template):
                    continue
                rest = frozenset(getting.get(name, ())).difference(*(one.clusters for one in some))
                if rest:
                    found[id(item)] = (Variant(item, rest), *some)

    def _changed(
        self, cluster: ClusterName, sets: Sequence[SetName]
    ) -> tuple[dict[tuple[SetName, int], ParsedObject | None], list[Finding]]:
        """Return what becomes of the members that patches or variables change, None for nothing."""
        own = None if self._view.is_plain else own_set(cluster)
        overlays = self._of(own).patches if own is not None and own in sets else {}
        changed: dict[tuple[SetName, int], ParsedObject | None] = {}
        findings: list[Finding] = []
        for name in sets:
            split = self._of(name)
            patches = {} if name == own else split.patches
            findings += self._absent(name, patches, (name,), sets)
            for item in split.touched(patches, overlays):
                chosen = (*_uses(name, patches, item), *_uses(own, overlays, item))
                result = self._result(cluster, PlacedObject(item, name), chosen)
                findings += result.findings
                changed[name, id(item)] = result.object
        if own is not None:
            findings += self._absent(own, overlays, sets, sets)
        return changed, findings

    def _result(self, cluster: ClusterName, base: Placed, chosen: tuple[Placed, ...]) -> Result:
        pieces = tuple(self._piece(cluster, one) for one in (base, *chosen))
        return self._memory.result(pieces, judge=self._judge)

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
        among: Sequence[SetName],
        sets: Sequence[SetName],
    ) -> Iterator[Finding]:
        for key in patches:
            if any(key in self._of(one).by_key for one in among):
                continue
            for one in patches[key]:
                text = f"there is no {key} to patch; {self._hint(key, among, sets)}"
                yield finding(_ABSENT, (one.origin, one.key), (name,), text)

    def _hint(self, key: ObjectKey, among: Sequence[SetName], sets: Sequence[SetName]) -> str:
        """Say where the object is, or what it is probably called."""
        for name in sets:
            if key in self._of(name).by_key:
                return (
                    f"it is in set `{name}`, and a set patches its own objects; move the patch "
                    "there, or into the cluster's folder"
                )
        alike = {
            _short(one) for name in among for one in self._of(name).by_key if one.kind == key.kind
        }
        if not alike:
            return "the cluster gets no object of this kind; correct the patch or remove it"
        return suggestion(_short(key), tuple(sorted(alike)))

    def _of(self, name: SetName) -> _Split:
        found = self._splits.get(name)
        if found is None:
            found = self._splits[name] = _split(self._contents.get(name, ()))
        return found


def _short(key: ObjectKey) -> str:
    return f"{key.namespace}/{key.name}" if key.namespace else key.name


def _split(objects: Sequence[ParsedObject]) -> _Split:
    patches: dict[ObjectKey, list[ParsedObject]] = {}
    by_key: dict[ObjectKey, tuple[ParsedObject, ...]] = {}
    members: list[ParsedObject] = []
    for one in objects:
        if isinstance(one.object, Patch):
            patches.setdefault(one.object.target, []).append(one)
        else:
            members.append(one)
            by_key[one.key] = (*by_key.get(one.key, ()), one)
    ordered = {
        key: tuple(sorted(found, key=lambda one: one.origin)) for key, found in patches.items()
    }
    templates = tuple(one for one in members if isinstance(one.object, Template))
    return _Split(objects, tuple(members), templates, ordered, by_key)


def _uses(
    name: SetName | None,
    patches: Mapping[ObjectKey, tuple[ParsedObject, ...]],
    item: ParsedObject,
) -> tuple[Placed, ...]:
    if name is None or not patches:
        return ()
    return tuple(PlacedObject(one, name) for one in patches.get(item.key, ()))
