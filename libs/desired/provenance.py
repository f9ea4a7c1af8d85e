"""Who wrote each part of a rendered object: its own file, a patch, or a variable."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from libs.desired.layout import cluster_of_folder
from libs.desired.sourced import Path, Source, Sourced, differing, nearest
from libs.desired.variables import Variable
from libs.kernel.ids import ClusterName, SetName
from libs.kernel.origins import Origin
from libs.meshapi.parsed import ParsedObject
from libs.meshapi.positions import Places


@dataclass(frozen=True, slots=True)
class Layer:
    """A document that an object is made of: the object itself, or a patch of set `set`."""

    places: Places
    origin: Origin
    set: SetName


@dataclass(frozen=True, slots=True)
class Change:
    """A part of an object that its own file does not say as it is.

    `origin` is where it was written, in a file of `set`; `patch` says whether that is a patch, and
    `removed` that it took the part away. `variables` are those whose text it holds, with the
    places of their definitions.
    """

    path: Path
    origin: Origin
    set: SetName
    patch: bool
    removed: bool = False
    variables: tuple[tuple[str, Origin | None], ...] = ()

    @property
    def cluster(self) -> ClusterName | None:
        """The cluster whose own folder has the patch; None for what a set says of itself."""
        return cluster_of_folder(self.set) if self.patch else None


class RenderedPlaces:
    """The places of an object that was made of several layers."""

    __slots__ = ("_layers", "_root", "_variables")

    def __init__(
        self,
        root: Sourced,
        layers: Sequence[Layer],
        variables: Sequence[Mapping[str, Variable]],
    ) -> None:
        """Look at `root`; `variables` are those of each layer."""
        self._root = root
        self._layers = layers
        self._variables = variables

    def at(self, path: Sequence[str | int] = ()) -> Origin:
        """Return where a value was written, or its nearest ancestor that exists."""
        return self._place(nearest(self._root, path).source) if path else self._layers[0].origin

    def key_at(self, path: Sequence[str | int]) -> Origin:
        """Return the place of the key that `path` ends with."""
        found = nearest(self._root, path).source
        layer = self._layers[found.layer]
        return layer.places.key_at(found.path) if found.path else layer.origin

    def source_text(self, path: Path) -> str | None:
        """Return a scalar as text; None for anything else. Part of `Written`."""
        value = nearest(self._root, path).value
        return value if isinstance(value, str) else _text(value)

    def is_quoted(self, path: Path) -> bool:
        """Say whether a scalar is a text. Part of `Written`."""
        return isinstance(nearest(self._root, path).value, str)

    @property
    def changes(self) -> tuple[Change, ...]:
        """All parts that a patch or a variable made, by their place in the object."""
        found = differing(self._root)
        return tuple(self._change(path, node, removed) for path, node, removed in found)

    def change_at(self, path: Sequence[str | int]) -> Change | None:
        """Return who made the part at a path, None when the object's own file says it so."""
        node = nearest(self._root, path)
        if node.source.layer == 0 and not node.variables:
            return None
        return self._change(tuple(path), node, removed=False)

    @property
    def overlays(self) -> tuple[Layer, ...]:
        """The patches, in the order in which they were applied."""
        return tuple(self._layers[1:])

    def _change(self, path: Path, node: Sourced, removed: bool) -> Change:  # noqa: FBT001
        layer = self._layers[node.source.layer]
        defined = self._variables[node.source.layer]
        uses = (
            (name, defined[name].origin if name in defined else None) for name in node.variables
        )
        origin, patch = self._place(node.source), node.source.layer > 0
        return Change(path, origin, layer.set, patch, removed, tuple(uses))

    def _place(self, source: Source) -> Origin:
        layer = self._layers[source.layer]
        return layer.places.at(source.path) if source.path else layer.origin


def changes_of(one: ParsedObject) -> tuple[Change, ...]:
    """Return what patches and variables made of an object; none for one as its file has it."""
    places = one.positions
    return places.changes if isinstance(places, RenderedPlaces) else ()


def change_at(one: ParsedObject, path: Sequence[str | int]) -> Change | None:
    """Return the patch or variable that made a part of an object; None for its own file."""
    places = one.positions
    return places.change_at(path) if isinstance(places, RenderedPlaces) else None


def overlay_sets(one: ParsedObject) -> tuple[SetName, ...]:
    """Return the sets of the patches of an object, each once, in the order of application."""
    places = one.positions
    overlays = places.overlays if isinstance(places, RenderedPlaces) else ()
    return tuple(dict.fromkeys(layer.set for layer in overlays))


def _text(value: object) -> str | None:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value) if isinstance(value, int | float) else None
