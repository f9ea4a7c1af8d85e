"""Where the parts of a converted object stand: in the old objects that they were made from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from libs.kernel.origins import Origin
from libs.meshapi.positions import Places
from libs.meshapi.problems import Path

Part = tuple[Places, Path]
"""The places of an old object, and a path in it."""


@dataclass(frozen=True, slots=True)
class ConvertedPlaces:
    """The whole stands where `whole` does. `parts` are those that stand elsewhere, by path.

    What lies below a part is looked for below the old path, which often has the same names.
    """

    whole: Places
    parts: Mapping[Path, Part] = field(default_factory=dict)

    def at(self, path: Sequence[str | int] = ()) -> Origin:
        """Return the place of a value, or of what it was made from."""
        places, old = self._old(tuple(path))
        return places.at(old)

    def key_at(self, path: Sequence[str | int]) -> Origin:
        """Return the place of the key that `path` ends with, or of what it was made from."""
        places, old = self._old(tuple(path))
        return places.key_at(old)

    def _old(self, path: Path) -> Part:
        for length in range(len(path), 0, -1):
            part = self.parts.get(path[:length])
            if part is not None:
                places, old = part
                return places, (*old, *path[length:])
        return self.whole, path
