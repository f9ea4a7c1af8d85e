"""Every error of every case says where it is, what it is about, and what to write instead."""

import re
from pathlib import Path

import pytest

from libs.kernel.messages import Message, errors
from libs.meshapi import codes
from libs.meshapi.parse import parse_file
from libs.meshapi.tests.casefiles import CASES

_ADVICE = re.compile(
    r"; |must be |such as `|is a mapping with|needs `|did you mean|between readers"
)
_ABOUT_NO_OBJECT = frozenset(
    {codes.SYNTAX, codes.LIMIT, codes.ENCODING, codes.NO_OBJECT, codes.DUPLICATE_KEY}
)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_errors_say_what_to_write(case: Path) -> None:
    """A message names the file and a line of it, and its sentence ends in advice."""
    data = case.read_bytes()
    for error in errors(parse_file(case.name, data).messages):
        assert error.origin.file == case.name
        assert 1 <= error.origin.line <= data.count(b"\n") + 1
        assert _ADVICE.search(error.text), error.text


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_errors_name_their_object(case: Path) -> None:
    """A message of an object with a name says kind, namespace and name."""
    parsed = parse_file(case.name, case.read_bytes())
    nameless = [one for one in errors(parsed.messages) if one.object is None and _names(one)]
    assert [str(one) for one in nameless if not _about_identity(one, parsed.messages)] == []


def _names(error: Message) -> bool:
    return error.code not in _ABOUT_NO_OBJECT


def _about_identity(error: Message, messages: tuple[Message, ...]) -> bool:
    """Whether what would name the object is wrong itself, here or within some lines."""
    about = ("`metadata", "`kind`", "`apiVersion`")
    return any(
        one.text.startswith(about) and abs(one.origin.line - error.origin.line) < 400
        for one in messages
        if one.object is None
    )
