"""YAML text as nodes with marks, guarded against what breaks a composer.

A file is cut at its document markers first, so that a broken document hides no other. Each piece is
composed by libyaml, whose composer recurses on the C stack: what nests too deeply never gets there.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import yaml
from yaml._yaml import CParser
from yaml.nodes import Node

from libs.kernel.origins import Origin

_BYTE_ORDER_MARK = "\N{ZERO WIDTH NO-BREAK SPACE}"
_DOCUMENT_MARK = re.compile(r"^---(?=[ \t\r\n]|\Z)", re.MULTILINE)
_NOTHING_BUT_DIRECTIVES = re.compile(r"(?:[ \t]*(?:[#%][^\n]*|\.\.\.[ \t\r]*)?(?:\n|\Z))*")
_LONG_INDENTATION = re.compile(r"^[ \t\-?:]{500}", re.MULTILINE)
_COMPOSE_DEPTH_MAX = 1000


class _Composer(CParser):
    """libyaml's composer without tag resolution: what has no explicit tag has the tag ``""``.

    It calls three methods for every node. A bound method of a string takes any arguments and
    stays in C, which is a third of the composer's time.
    """

    resolve: Callable[..., str] = "".format
    descend_resolver: Callable[..., str] = "".format
    ascend_resolver: Callable[..., str] = "".format


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file from one document marker to the next; `first_line` counts from 0."""

    file: str
    text: str
    first_line: int

    def origin(self, mark: Any) -> Origin:
        """Turn a mark of this piece into a place of the file."""
        return Origin(self.file, self.first_line + mark.line + 1, mark.column + 1)

    def documents(self) -> Iterator[Node]:
        """Compose the documents of the piece. Raises `yaml.YAMLError`.

        The piece must have passed `deeper_than` first: the composer recurses on the C stack.
        """
        composer = _Composer(self.text)
        try:
            while composer.check_node():
                node = composer.get_node()
                if node is not None:
                    yield node
        finally:
            composer.dispose()


def text_of(data: bytes) -> str:
    """Return a file's text without its byte order mark. Raises `UnicodeDecodeError`."""
    return data.decode().removeprefix(_BYTE_ORDER_MARK)


def pieces_of(file: str, text: str) -> Iterator[Piece]:
    """Cut a text at its document markers. A marker ends a document wherever it stands."""
    starts = [0, *(found.start() for found in _DOCUMENT_MARK.finditer(text)), len(text)]
    line = 0
    for start, end in pairwise(starts):
        part = text[start:end]
        if not _NOTHING_BUT_DIRECTIVES.fullmatch(part):
            yield Piece(file, part, line)
        line += part.count("\n")


def deeper_than(piece: Piece, depth_max: int) -> Origin | None:
    """Return where the piece nests deeper than `depth_max`, if the composer would notice.

    Only a piece that might be deep is scanned; a sound upper bound clears all others.
    """
    text = piece.text
    openers = text.count("[") + text.count("{")
    if openers <= _COMPOSE_DEPTH_MAX and not _LONG_INDENTATION.search(text):
        return None
    depth = 0
    for event in yaml.parse(text, Loader=yaml.CSafeLoader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > depth_max:
                return piece.origin(event.start_mark)
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
    return None
