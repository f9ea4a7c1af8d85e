"""A file's bytes to objects and messages. A broken document hides no other of the file."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import orjson
import yaml
from yaml.nodes import Node, ScalarNode

from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin
from libs.meshapi import codes, kinds
from libs.meshapi.deployment import Deployment
from libs.meshapi.limits import DEFAULT_LIMITS, Limits
from libs.meshapi.parsed import ParsedFile, ParsedObject
from libs.meshapi.pod import Pod
from libs.meshapi.positions import NodeTree, Positions, Written
from libs.meshapi.problems import Path, Problem
from libs.meshapi.quoting import quoted
from libs.meshapi.reading import Document, Reading, key_of, read_object
from libs.meshapi.scalars import DISGUISED, WORDS, number_of
from libs.meshapi.syntaxerrors import explain
from libs.meshapi.unrendered import is_overlay
from libs.meshapi.unrenderedreading import read_patch, read_with_variables
from libs.meshapi.values import Fault, TooMuchError, ValueBuilder
from libs.meshapi.variables import MARK
from libs.meshapi.yamlnodes import Piece, deeper_than, pieces_of, text_of

PARSER_VERSION = "4"
"""Changes whenever the same bytes give other objects than before."""


def parse_file(path: str, data: bytes, limits: Limits = DEFAULT_LIMITS) -> ParsedFile:
    """Parse a YAML file of any number of documents; `path` is what messages call it.

    Never raises for content: whatever is wrong with it is a message.
    """
    return _read(_Run(path, limits), data)


def parse_with_bodies(
    path: str, data: bytes, limits: Limits = DEFAULT_LIMITS
) -> tuple[ParsedFile, tuple[bytes, ...]]:
    """Parse a file; return with it the JSON that each object was made from, in their order."""
    run = _Run(path, limits, bodies=[])
    return _read(run, data), tuple(run.bodies or ())


def _read(run: "_Run", data: bytes) -> ParsedFile:
    if len(data) > run.limits.file_bytes_max:
        run.refuse(
            Origin(run.path),
            codes.LIMIT,
            f"the file has {len(data)} bytes and is not read; split it into files of at most "
            f"{run.limits.file_bytes_max}",
        )
        return run.result()
    try:
        text = text_of(data)
    except UnicodeDecodeError as error:
        run.refuse(*_no_text(run.path, data, error.start))
        return run.result()
    run.read(text)
    return run.result()


def _no_text(path: str, data: bytes, at: int) -> tuple[Origin, str, str]:
    before = data[:at]
    column = at - (before.rfind(b"\n") + 1) + 1
    text = f"byte 0x{data[at]:02X} is no UTF-8; save the file in UTF-8"
    return Origin(path, before.count(b"\n") + 1, column), codes.ENCODING, text


@dataclass(slots=True)
class _Run:
    """The reading of one file. `bodies` collects what the objects were made from, if wanted."""

    path: str
    limits: Limits
    bodies: list[bytes] | None = None
    nodes_left: int = 0
    errors: int = 0
    objects: list[ParsedObject] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)

    def read(self, text: str) -> None:
        """Read every document until the file's budget is used up."""
        self.nodes_left = self.limits.nodes_max
        for count, piece in enumerate(pieces_of(self.path, text)):
            if count == self.limits.documents_max:
                sentence = (
                    f"the file has more than {count} documents and is not read from here on; "
                    "split it"
                )
                self.refuse(Origin(self.path, piece.first_line + 1), codes.LIMIT, sentence)
            if count >= self.limits.documents_max or self.nodes_left < 0 or self._enough(piece):
                return
            self._piece(piece)

    def result(self) -> ParsedFile:
        """Return what was found, messages by line and not more than a person can read."""
        wrong = {one.origin for one in self.messages if one.level is Level.ERROR}
        self.messages = [
            one for one in self.messages if one.code != codes.TRAP or one.origin not in wrong
        ]
        self.messages.sort(key=lambda message: (message.origin.line, message.origin.column))
        left_out = len(self.messages) - self.limits.messages_max
        if left_out > 0:
            errors_first = sorted(self.messages, key=lambda one: one.level is not Level.ERROR)
            self.messages = errors_first[: self.limits.messages_max]
            level = Level.ERROR if self.messages[0].level is Level.ERROR else Level.WARNING
            text = f"{left_out} more messages of this file are not shown; correct these first"
            self.messages.append(_message(Origin(self.path), codes.LIMIT, text, None, level))
        return ParsedFile(tuple(self.objects), tuple(self.messages))

    def refuse(self, origin: Origin, code: str, text: str, key: ObjectKey | None = None) -> None:
        """Add an error."""
        self._add(_message(origin, code, text, key, Level.ERROR))

    def _enough(self, piece: Piece) -> bool:
        """Stop where so much is wrong that nobody would read on."""
        if self.errors < self.limits.messages_max:
            return False
        text = f"the file has {self.errors} errors before this line; it is not read from here on"
        self.refuse(Origin(self.path, piece.first_line + 1), codes.LIMIT, text)
        return True

    def _piece(self, piece: Piece) -> None:
        try:
            deep = deeper_than(piece, self.limits.depth_max)
            if deep is not None:
                text = f"this is nested deeper than {self.limits.depth_max} levels; flatten it"
                self.refuse(deep, codes.LIMIT, text)
                return
            for index, root in enumerate(piece.documents()):
                self._document(piece, index, root)
        except yaml.YAMLError as error:
            origin, text = explain(error, piece)
            if MARK in piece.text:
                text += " (inside of `{}` or `[]` a variable stands in quotes)"
            self.refuse(origin, codes.SYNTAX, text)

    def _document(self, piece: Piece, index: int, root: Node) -> None:
        builder = ValueBuilder(piece, self.limits, self.nodes_left)
        try:
            raw = builder.build(root)
        except TooMuchError as error:
            self._fault(error.fault, None)
            return
        finally:
            self.nodes_left = builder.nodes_left
        if raw is None:
            return
        self._text_findings(builder, raw)
        if not builder.faults:
            places = Document(NodeTree(piece, root), builder.nulls > 0, self.limits.messages_max)
            read = self._reader(piece)
            for item, prefix in _items(raw, ()):
                self._object(read(item, prefix, places), Positions(piece, index, prefix), places)

    def _reader(self, piece: Piece) -> Callable[[Any, Path, Document], Reading]:
        """Return what reads the objects of a piece: most use no variables and are no patches."""
        if is_overlay(self.path):
            return read_patch
        return read_with_variables if MARK in piece.text else read_object

    def _text_findings(self, builder: ValueBuilder, raw: Any) -> None:
        if not (builder.faults or builder.disguised):
            return
        key = key_of(raw)
        for fault in builder.faults:
            self._fault(fault, key)
        for node in builder.disguised:
            text = _surprise(node, key)
            if text is not None:
                origin = builder.piece.origin(node.start_mark)
                self._add(_message(origin, codes.TRAP, text, key, Level.WARNING))

    def _fault(self, fault: Fault, key: ObjectKey | None) -> None:
        self.refuse(fault.origin, fault.code, fault.text, key)

    def _object(self, reading: Reading, positions: Positions, document: Document) -> None:
        prefix = positions.prefix
        for problem in reading.problems:
            self._add(_placed(problem, document.tree, prefix, reading.key))
        if reading.object is not None:
            origin = document.tree.at(prefix)
            self.objects.append(ParsedObject(reading.object, origin, positions))
            if self.bodies is not None:
                self.bodies.append(orjson.dumps(reading.content))

    def _add(self, message: Message) -> None:
        self.errors += message.level is Level.ERROR
        self.messages.append(message)


def _items(raw: Any, prefix: Path) -> Iterator[tuple[Any, Path]]:
    """Open lists of objects, as deep as they are nested; empty items are nothing."""
    items = raw.get("items") if isinstance(raw, dict) else None
    if not (isinstance(items, tuple) and str(raw.get("kind", "")).endswith("List")):
        yield raw, prefix
        return
    for index, item in enumerate(items):
        yield from _items(item, (*prefix, "items", index))


def _surprise(node: ScalarNode, key: ObjectKey | None) -> str | None:
    """Say what a plain scalar is read as; None where people mean just that.

    Octal numbers are common and meant in what a mesh does not read, such as a file mode of a Pod.
    A value that may be a Secret's is never shown.
    """
    text: str = node.value
    hidden = key is None or key.kind == "Secret"
    shown = "this value" if hidden else quoted(text)
    if text in DISGUISED:
        word = "true" if WORDS[text] else "false"
        return f"{shown} is read as `{word}`; write `{word}`, or put it in quotes for a text"
    if key is None or not _reads_numbers(key):
        return None
    return f"{shown} is read as `{number_of(text)}`; write that, or put it in quotes for a text"


def _reads_numbers(key: ObjectKey) -> bool:
    model = kinds.BY_KIND.get((key.group, key.kind))
    return model is not None and model not in (Deployment, Pod)


def _placed(problem: Problem, tree: Written, prefix: Path, key: ObjectKey | None) -> Message:
    find = tree.key_at if problem.at_key else tree.at
    origin = find((*prefix, *problem.path))
    return _message(origin, problem.code, problem.text, key, problem.level)


def _message(origin: Origin, code: str, text: str, key: ObjectKey | None, level: Level) -> Message:
    return Message(code, level, MessageClass.OBJECT, origin, text, key)
