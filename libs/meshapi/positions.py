"""Where in a file the parts of an object stand, asked for rarely and therefore found late.

Nothing is kept per field: a document is composed again when somebody asks for a place in it.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Protocol

from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from libs.kernel.origins import Origin
from libs.meshapi.problems import Path
from libs.meshapi.values import is_merge
from libs.meshapi.yamlnodes import Piece

_Entry = tuple[Node | None, Node]


class NodeTree:
    """The nodes of one document. Paths go by key and index."""

    __slots__ = ("_entries", "_piece", "_root")

    def __init__(self, piece: Piece, root: Node) -> None:
        """Look at `root`, which was composed from `piece`."""
        self._piece = piece
        self._root = root
        self._entries: dict[int, dict[str, _Entry]] = {}

    def at(self, path: Path) -> Origin:
        """Return the place of a value, or of its nearest ancestor that exists.

        A scalar or an item of a sequence stands where it starts, a collection where its key does.
        """
        key, value = self._find(path)
        return self._piece.origin((value if key is None or _is_scalar(value) else key).start_mark)

    def key_at(self, path: Path) -> Origin:
        """Return the place of the key that `path` ends with, or what `at` says without one."""
        key, value = self._find(path)
        return self._piece.origin((value if key is None else key).start_mark)

    def source_text(self, path: Path) -> str | None:
        """Return a scalar as it is written, without quotes; None for anything else."""
        value = self._find(path)[1]
        return value.value if isinstance(value, ScalarNode) else None

    def is_quoted(self, path: Path) -> bool:
        """Say whether a scalar stands in quotes or as a block, which makes it a text."""
        value = self._find(path)[1]
        return bool(value.style) if isinstance(value, ScalarNode) else False

    def _find(self, path: Path) -> _Entry:
        found: _Entry = (None, self._root)
        for part in path:
            step = self._step(found[1], part)
            if step is None:
                break
            found = step
        return found

    def _step(self, node: Node, part: str | int) -> _Entry | None:
        if isinstance(node, SequenceNode):
            inside = isinstance(part, int) and 0 <= part < len(node.value)
            return (None, node.value[part]) if inside else None
        return self._of(node).get(str(part)) if isinstance(node, MappingNode) else None

    def _of(self, node: MappingNode) -> dict[str, _Entry]:
        """Return the entries of a mapping by key; those of `<<` come after its own."""
        entries = self._entries.get(id(node))
        if entries is None:
            entries = self._entries[id(node)] = {}
            for key, value in node.value:
                if isinstance(key, ScalarNode) and not is_merge(key):
                    entries.setdefault(key.value, (key, value))
            for key, value in node.value:
                for source in _sources(value) if is_merge(key) else ():
                    for name, entry in self._of(source).items():
                        entries.setdefault(name, entry)
        return entries


class Written(Protocol):
    """How the parts of an object are written, for proposals what to write instead."""

    def at(self, path: Path) -> Origin:
        """Return the place of a value, or of its nearest ancestor that exists."""
        ...

    def key_at(self, path: Path) -> Origin:
        """Return the place of the key that `path` ends with."""
        ...

    def source_text(self, path: Path) -> str | None:
        """Return a scalar as it is written, without quotes; None for anything else."""
        ...

    def is_quoted(self, path: Path) -> bool:
        """Say whether a scalar stands in quotes or as a block, which makes it a text."""
        ...


Address = Sequence[str | int]
"""First line of the piece, number of the document in it, and the path below its root."""


class Places(Protocol):
    """Where the parts of an object stand; also of one that was made from several others."""

    def at(self, path: Sequence[str | int] = ()) -> Origin:
        """Return the place of a value, or of its nearest ancestor that exists."""
        ...

    def key_at(self, path: Sequence[str | int]) -> Origin:
        """Return the place of the key that `path` ends with."""
        ...


class Positions:
    """The places of one object, `prefix` below the root of its document."""

    __slots__ = ("_document", "_piece", "_tree", "prefix")

    def __init__(self, piece: Piece, document: int, prefix: Path = ()) -> None:
        """Remember which document of `piece` to compose again, counted from 0."""
        self._piece = piece
        self._document = document
        self.prefix = prefix
        self._tree: NodeTree | None = None

    def at(self, path: Sequence[str | int] = ()) -> Origin:
        """Return the place of a value, or of its nearest ancestor that exists.

        `path` is made of the names that users write and of indices: `("spec", "http", 0)`.
        """
        return self._nodes().at((*self.prefix, *path))

    def key_at(self, path: Sequence[str | int]) -> Origin:
        """Return the place of the key that `path` ends with."""
        return self._nodes().key_at((*self.prefix, *path))

    @property
    def address(self) -> Address:
        """Where in its file the object stands, so that `RecalledPositions` finds it again."""
        return (self._piece.first_line, self._document, *self.prefix)

    def _nodes(self) -> NodeTree:
        if self._tree is None:
            root = next(islice(self._piece.documents(), self._document, None))
            self._tree = NodeTree(self._piece, root)
        return self._tree


class RecalledPositions:
    """The places of one object of a file that was parsed by an earlier process."""

    __slots__ = ("_pieces", "_positions", "address")

    def __init__(self, pieces: Callable[[], Iterator[Piece]], address: Address) -> None:
        """Remember where to look; `pieces` gives those of the file, which then has to be read."""
        self._pieces = pieces
        self.address = address
        self._positions: Positions | None = None

    def at(self, path: Sequence[str | int] = ()) -> Origin:
        """Return the place of a value, or of its nearest ancestor that exists."""
        return self._found().at(path)

    def key_at(self, path: Sequence[str | int]) -> Origin:
        """Return the place of the key that `path` ends with."""
        return self._found().key_at(path)

    def _found(self) -> Positions:
        if self._positions is None:
            first_line, document, *prefix = self.address
            piece = next(one for one in self._pieces() if one.first_line == first_line)
            self._positions = Positions(piece, int(document), tuple(prefix))
        return self._positions


class OnePlace:
    """An object of which only the beginning is known: all of its parts are said to stand there."""

    __slots__ = ("_origin",)

    def __init__(self, origin: Origin) -> None:
        """Answer with `origin`."""
        self._origin = origin

    def at(self, path: Sequence[str | int] = ()) -> Origin:  # noqa: ARG002 - as of `Places`
        """Return the place of the object."""
        return self._origin

    def key_at(self, path: Sequence[str | int]) -> Origin:  # noqa: ARG002 - as of `Places`
        """Return the place of the object."""
        return self._origin


def _is_scalar(node: Node) -> bool:
    return isinstance(node, ScalarNode)


def _sources(value: Node) -> list[MappingNode]:
    nodes = value.value if isinstance(value, SequenceNode) else [value]
    return [node for node in nodes if isinstance(node, MappingNode)]
