"""What compiling notes on the way: whose objects made a resource, and what could not be done."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.origins import ObjectKey, Origin

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

    def origins(
        self, places: Mapping[ObjectKey, Origin], wanted: Iterable[ResourceKey]
    ) -> dict[ResourceKey, tuple[tuple[ObjectKey, Origin], ...]]:
        """Return where the objects behind each wanted resource are written."""
        return {
            key: tuple(
                (source, places[source])
                for source in sorted(self.sources.get(key, ()))
                if source in places
            )
            for key in wanted
        }
