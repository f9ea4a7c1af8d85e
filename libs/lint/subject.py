"""An object under check: its typed content, its set, and the places of its parts."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

from libs.desired.finding import Finding, Rule, finding
from libs.desired.provenance import change_at, changes_of, overlay_sets
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject

Path = tuple[str | int, ...]
_CHANGES_MAX = 3
"""So many places of patches and variables are named in one sentence."""

Kind_co = TypeVar("Kind_co", bound=MeshObject, covariant=True)


@dataclass(frozen=True, slots=True, eq=False)
class Subject(Generic[Kind_co]):
    """An object of `clusters`, as one reading of its file gave it.

    It is known by its identity: an equal object at other lines is another subject. Places are only
    looked up for findings: that is slow.
    """

    object: Kind_co
    parsed: ParsedObject
    set: SetName
    clusters: frozenset[ClusterName] = frozenset()
    set_clusters: int = 0

    @property
    def count(self) -> int:
        """How many clusters get the object's set: in some, patches may make it another object."""
        return max(self.set_clusters, len(self.clusters))

    @property
    def sets(self) -> tuple[SetName, ...]:
        """The object's own set, then those whose patches changed it."""
        return (self.set, *overlay_sets(self.parsed))

    @property
    def key(self) -> ObjectKey:
        """Identity of the object."""
        return self.parsed.key

    @property
    def namespace(self) -> str:
        """Namespace of the object."""
        return self.object.namespace

    def at(self, path: Path = ()) -> Origin:
        """Return the place of a part; of the object itself without a path."""
        return self.parsed.positions.at(path) if path else self.parsed.origin


def report(
    rule: Rule,
    subject: Subject[MeshObject],
    path: Path,
    text: str,
    others: Sequence[Subject[Any]] = (),
) -> Finding:
    """Make a finding about a part of `subject` that involves the `others` as well."""
    place = (subject.at(path), subject.key)
    sets = (*_writers(subject, path), *(one for other in others for one in other.sets))
    elsewhere = [*(other.at() for other in others), *_written_elsewhere(subject, path)]
    return finding(rule, place, sets, text, list(dict.fromkeys(elsewhere)))


def _writers(subject: Subject[MeshObject], path: Path) -> tuple[SetName, ...]:
    """Return the sets behind an object, the one first that wrote the part at `path`."""
    change = change_at(subject.parsed, path) if path else None
    return subject.sets if change is None else (change.set, *subject.sets)


def _written_elsewhere(subject: Subject[MeshObject], path: Path) -> Iterator[Origin]:
    """Return where patches and variables made what a finding is about, in other files than its."""
    at = change_at(subject.parsed, path)
    inside = (one for one in changes_of(subject.parsed) if one.path[: len(path)] == path)
    for one in islice((at,) if at is not None else inside, _CHANGES_MAX):
        if one.patch and one is not at:
            yield one.origin
        yield from (origin for _, origin in one.variables if origin is not None)
