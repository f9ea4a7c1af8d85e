"""What one conversion knows and collects: services, names, subsets, and notes for people."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi.dialects import codes
from libs.meshapi.dialects.istioservice import DEFAULT_DOMAIN
from libs.meshapi.dialects.subsets import SubsetNames
from libs.meshapi.meshobject import MeshObject
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.problems import Path
from libs.meshapi.service import Service

Kind_co = TypeVar("Kind_co", bound=MeshObject, covariant=True)


@dataclass(frozen=True, slots=True)
class Context:
    """What else there is: Services by (namespace, name), and the objects whose names are taken."""

    services: Mapping[tuple[str, str], Service] = field(default_factory=dict)
    taken: frozenset[ObjectKey] = frozenset()
    domain: str = DEFAULT_DOMAIN


def context_of(objects: Iterable[MeshObject], domain: str = DEFAULT_DOMAIN) -> Context:
    """Gather what conversion has to know of the objects that stand beside the old ones."""
    beside = tuple(objects)
    services = {
        (one.namespace, one.metadata.name): one for one in beside if isinstance(one, Service)
    }
    return Context(services, frozenset(one.key for one in beside), domain)


@dataclass(frozen=True, slots=True)
class Old(Generic[Kind_co]):
    """An old object and where it was read."""

    object: Kind_co
    parsed: ParsedObject

    @property
    def namespace(self) -> str:
        """Namespace of the object."""
        return self.object.namespace

    @property
    def name(self) -> str:
        """Name of the object."""
        return self.object.metadata.name

    def at(self, path: Path) -> Origin:
        """Return the place of a part."""
        return self.parsed.positions.at(path)


@dataclass(slots=True)
class Run:
    """One conversion. `made` are names that it gave to new objects, `ruled` hosts with rules."""

    context: Context
    subsets: SubsetNames
    notes: list[Message] = field(default_factory=list)
    made: set[ObjectKey] = field(default_factory=set)
    ruled: set[str] = field(default_factory=set)

    def lost(self, old: Old[MeshObject], path: Path, text: str) -> None:
        """Note what was not carried over."""
        self.notes.append(_note(codes.NOT_CARRIED_OVER, Level.WARNING, old, (path, text)))

    def approximate(self, old: Old[MeshObject], path: Path, text: str) -> None:
        """Note what means nearly the same."""
        self.notes.append(_note(codes.APPROXIMATE, Level.INFO, old, (path, text)))

    def free_name(
        self, kind: str, namespace: str, wanted: str, *, group: str = "networking.istio.io"
    ) -> str:
        """Return a name that no object has: the wanted one where possible."""
        for name in _names(wanted):
            key = ObjectKey(group, kind, namespace, name)
            if key not in self.context.taken and key not in self.made:
                self.made.add(key)
                return name
        raise AssertionError("names are endless")


def by_name(objects: Iterable[Old[Kind_co]]) -> Sequence[Old[Kind_co]]:
    """Sort by namespace and name, the order in which old meshes broke ties."""
    return sorted(objects, key=lambda one: (one.namespace, one.name))


def _names(wanted: str) -> Iterator[str]:
    yield wanted
    yield f"{wanted}-converted"
    number = 2
    while True:
        yield f"{wanted}-converted-{number}"
        number += 1


def _note(code: str, level: Level, old: Old[MeshObject], said: tuple[Path, str]) -> Message:
    path, text = said
    return Message(code, level, MessageClass.OBJECT, old.at(path), text, old.parsed.key)
