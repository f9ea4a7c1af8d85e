"""What libyaml refuses, in sentences that say what to write instead."""

import re
from typing import Any

import yaml
from yaml.reader import ReaderError

from libs.kernel.origins import Origin
from libs.meshapi.quoting import SHOWN_CHARACTERS_MAX
from libs.meshapi.yamlnodes import Piece

_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_AT_CONTEXT = "context"

_SENTENCES: tuple[tuple[str, str, str], ...] = (
    (
        "cannot start any token",
        "",
        "no value can start with this character; put the value in quotes, and indent with spaces",
    ),
    (
        "mapping values are not allowed",
        "",
        "a colon cannot stand here; put the text in quotes, or correct the line's indentation",
    ),
    (
        "could not find expected ':'",
        _AT_CONTEXT,
        "a colon is missing after this key; write `key: value`",
    ),
    (
        "did not find expected key",
        "",
        "this does not belong to the mapping above it; correct its indentation or its quotes",
    ),
    (
        "did not find expected '-' indicator",
        "",
        "this does not belong to the list above it; start the line with `- ` or indent it",
    ),
    ("did not find expected ',' or ']'", _AT_CONTEXT, "a list is not closed; write `]`"),
    ("did not find expected ',' or '}'", _AT_CONTEXT, "a mapping is not closed; write `}`"),
    ("unexpected end of stream", _AT_CONTEXT, "a quoted text is not closed; write the last quote"),
    (
        "unexpected document indicator",
        _AT_CONTEXT,
        "a quoted text is not closed before `---`; write the last quote",
    ),
    (
        "undefined alias",
        "",
        "this alias names no anchor of its document; write the anchor before it",
    ),
    ("second occurrence", "", "this anchor exists already; give it another name"),
    (
        "unknown escape character",
        "",
        "this backslash sequence is unknown; write two backslashes, or use single quotes",
    ),
    ("invalid Unicode character escape", "", "this escape is no character; write the character"),
    (
        "did not find expected <document start>",
        "",
        "the document has ended before this; write `---` on a line of its own, or quote the text",
    ),
    ("not allowed in this context", "", "this cannot stand here; put it on a line of its own"),
    ("incompatible YAML document", "", "this version of YAML is not read; remove the directive"),
    ("expected node content", "", "a value is missing here; write one, or close the bracket"),
    ("undefined tag handle", "", "a YAML tag has no meaning here; remove the word with `!`"),
)


def explain(error: yaml.YAMLError, piece: Piece) -> tuple[Origin, str]:
    """Return where and how a piece of a file breaks YAML."""
    if isinstance(error, yaml.MarkedYAMLError):
        return _marked(error, piece)
    found = _UNPRINTABLE.search(piece.text)
    if isinstance(error, ReaderError) and found is not None:
        return _place(piece, found.start()), unprintable(found[0])
    return _place(piece, 0), "this cannot be read as YAML; save the file as plain UTF-8 text"


def unprintable(character: str) -> str:
    """Say that a control character is in the way."""
    return (
        f"the character U+{ord(character):04X} is not allowed in YAML; remove it, or write an "
        "escape in double quotes"
    )


def _marked(error: yaml.MarkedYAMLError, piece: Piece) -> tuple[Origin, str]:
    problem = error.problem or ""
    for part, where, sentence in _SENTENCES:
        if part in problem:
            mark = error.context_mark if where == _AT_CONTEXT else error.problem_mark
            return _origin(piece, mark or error.problem_mark), sentence
    shown = problem.partition("\n")[0][:SHOWN_CHARACTERS_MAX]
    mark = error.problem_mark or error.context_mark
    return _origin(piece, mark), f"this is no YAML ({shown}); correct it"


def _origin(piece: Piece, mark: Any) -> Origin:
    """Return the place of a mark; one at the end of the text is moved to its last character."""
    last = max(len(piece.text.rstrip()) - 1, 0)
    return _place(piece, last) if mark is None or mark.index > last else piece.origin(mark)


def _place(piece: Piece, index: int) -> Origin:
    before = piece.text[:index]
    line = before.count("\n")
    return Origin(piece.file, piece.first_line + line + 1, index - (before.rfind("\n") + 1) + 1)
