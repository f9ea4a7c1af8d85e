"""What compiling notes on the way: whose objects made a resource, and what could not be done."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.origins import ObjectKey, Origin
from libs.kernel.xds import Snapshot

ResourceKey = tuple[TypeUrl, ResourceName]


@dataclass(slots=True)
class Ledger:
    """Notes of one compilation. Never read while compiling: it cannot change a resource."""

    sources: dict[ResourceKey, set[ObjectKey]] = field(default_factory=dict)
    problems: dict[str, None] = field(default_factory=dict)

    def credit(self, type_url: TypeUrl, name: str, *keys: ObjectKey | None) -> None:
        """Note the objects that a resource comes from."""
        known = self.sources.setdefault((type_url, ResourceName(name)), set())
        known.update(key for key in keys if key is not None)

    def problem(self, sentence: str) -> None:
        """Note what could not be done as it is written, once."""
        self.problems.setdefault(sentence)


class Origins(Mapping[ResourceKey, tuple[tuple[ObjectKey, Origin], ...]]):
    """Where the objects behind each resource of a snapshot are written; read when asked for."""

    def __init__(
        self,
        snapshot: Snapshot,
        credited: Callable[[], Iterable[tuple[ResourceKey, ObjectKey]]],
        places: Mapping[ObjectKey, Origin],
    ) -> None:
        """Read credits once, at the first question."""
        self._snapshot, self._credited, self._places = snapshot, credited, places

    def __getitem__(self, key: ResourceKey) -> tuple[tuple[ObjectKey, Origin], ...]:
        """Return the objects that are written somewhere, in their order. Raises KeyError."""
        if key[1] not in self._snapshot.of(key[0]):
            raise KeyError(key)
        sources = sorted(self._sources.get(key, ()))
        return tuple((one, self._places[one]) for one in sources if one in self._places)

    def __iter__(self) -> Iterator[ResourceKey]:
        """Yield every resource, in push order."""
        for kind, named in self._snapshot.resources.items():
            for name in named:
                yield kind, name

    def __len__(self) -> int:
        """Count the resources."""
        return sum(map(len, self._snapshot.resources.values()))

    @cached_property
    def _sources(self) -> Mapping[ResourceKey, set[ObjectKey]]:
        found: dict[ResourceKey, set[ObjectKey]] = {}
        for at, source in self._credited():
            found.setdefault(at, set()).add(source)
        return found
