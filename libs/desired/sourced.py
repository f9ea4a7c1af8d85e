"""A JSON value whose every part knows which layer wrote it, and where in that layer.

Layer 0 is the object as its file has it, later ones are patches. Parts that move keep their source.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Source:
    """A place in a layer."""

    layer: int
    path: Path


@dataclass(frozen=True, slots=True)
class Sourced:
    """`value` is a scalar, a mapping of texts to `Sourced`, or a tuple of `Sourced`.

    `variables` are the names that a scalar took its text from. `gone` tells for keys of a mapping
    who removed them.
    """

    value: Any
    source: Source
    variables: tuple[str, ...] = ()
    gone: Mapping[str, Source] = field(default_factory=dict)

    @property
    def is_map(self) -> bool:
        """Whether it is a mapping."""
        return isinstance(self.value, dict)

    @property
    def is_list(self) -> bool:
        """Whether it is a list."""
        return isinstance(self.value, tuple)

    def child(self, part: str | int) -> "Sourced | None":
        """Return what stands at a key or an index."""
        if self.is_map:
            found: Sourced | None = self.value.get(str(part))
            return found
        if self.is_list and isinstance(part, int) and 0 <= part < len(self.value):
            item: Sourced = self.value[part]
            return item
        return None

    def with_child(self, key: str, child: "Sourced") -> "Sourced":
        """Return this mapping with another value at a key, old keys in their places."""
        gone = {name: source for name, source in self.gone.items() if name != key}
        return Sourced({**self.value, key: child}, self.source, gone=gone)

    def without(self, key: str, remover: Source) -> "Sourced":
        """Return this mapping without a key, remembering who removed it."""
        rest = {name: one for name, one in self.value.items() if name != key}
        return Sourced(rest, self.source, gone={**self.gone, key: remover})

    def with_items(self, items: Sequence["Sourced"]) -> "Sourced":
        """Return this list with other items."""
        return Sourced(tuple(items), self.source)


def grown(value: Any, source: Source) -> Sourced:
    """Return a plain value of which every part stands where it does in one layer."""
    layer, path = source.layer, source.path
    if isinstance(value, dict):
        return Sourced(
            {key: grown(one, Source(layer, (*path, key))) for key, one in value.items()}, source
        )
    if isinstance(value, list | tuple):
        items = (grown(one, Source(layer, (*path, index))) for index, one in enumerate(value))
        return Sourced(tuple(items), source)
    return Sourced(value, source)


def plain(node: Sourced) -> Any:
    """Return the value alone: dictionaries, tuples and scalars."""
    if node.is_map:
        return {key: plain(one) for key, one in node.value.items()}
    if node.is_list:
        return tuple(plain(one) for one in node.value)
    return node.value


def size(node: Sourced, known: dict[int, int] | None = None) -> int:
    """Return how many parts a value has, a part that stands in several places counted in each.

    Takes no longer for that: what `plain` would make may be far larger than what is here.
    """
    sizes = {} if known is None else known
    found = sizes.get(id(node))
    if found is None:
        inside = node.value.values() if node.is_map else node.value if node.is_list else ()
        found = sizes[id(node)] = 1 + sum(size(one, sizes) for one in inside)
    return found


def nearest(root: Sourced, path: Sequence[str | int]) -> Sourced:
    """Return what stands at a path, or its nearest ancestor that exists.

    A key that a layer removed is answered by a part that stands where it was removed.
    """
    found = root
    for part in path:
        step = found.child(part)
        if step is None:
            remover = found.gone.get(str(part))
            return found if remover is None else Sourced(None, remover)
        found = step
    return found


def differing(root: Sourced, path: Path = ()) -> Iterator[tuple[Path, Sourced, bool]]:
    """Yield the topmost parts that a later layer wrote or that used variables, with their paths.

    The last of the three tells that a layer removed what stood there.
    """
    yield from _differing(root, path, 0)


def _differing(node: Sourced, path: Path, above: int) -> Iterator[tuple[Path, Sourced, bool]]:
    layer = node.source.layer
    if (layer != above and layer) or node.variables:
        yield path, node, False
    parts: Iterator[tuple[str | int, Sourced]] = iter(())
    if node.is_map:
        parts = iter(node.value.items())
    elif node.is_list:
        parts = iter(enumerate(node.value))
    for part, one in parts:
        yield from _differing(one, (*path, part), layer)
    for key, remover in node.gone.items():
        yield (*path, key), Sourced(None, remover), True
