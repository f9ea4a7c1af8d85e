"""An object under check: its typed content, its set, and the places of its parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from libs.desired.finding import Finding, Rule, finding
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject

Path = tuple[str | int, ...]
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
    sets = (subject.set, *(other.set for other in others))
    place = (subject.at(path), subject.key)
    return finding(rule, place, sets, text, [other.at() for other in others])
