"""Workflow commands of GitHub Actions."""

import re

import pytest

from libs.kernel.messages import Level
from tools.cli.tests.reports import message
from tools.cli.workflowcommands import workflow_commands

HOSTILE = (
    "a\n::set-output name=x::y",
    "a\r\n::error::b",
    "a\r::stop-commands::token",
    "%0A::error::b",
    "a::b,line=9::c",
    "a,title=b:c",
)


@pytest.mark.parametrize(
    ("level", "word"),
    [(Level.ERROR, "error"), (Level.WARNING, "warning"), (Level.INFO, "notice")],
)
def test_a_message_is_shown_at_its_line(level: Level, word: str) -> None:
    """With file, line, column and code."""
    (line,) = workflow_commands([message(level=level)])
    assert line == (
        f"::{word} file=a.yaml,line=3,col=5,title=IST0101::VirtualService shop/web: a text"
    )


def read(line: str) -> tuple[dict[str, str], str]:
    """Read a command the way a runner does: properties up to the second `::`, then the data."""
    found = re.fullmatch(r"::error ([^\r\n]*?)::([^\r\n]*)", line)
    assert found is not None
    properties = dict(each.split("=", 1) for each in found[1].split(","))
    return {name: plain(text) for name, text in properties.items()}, plain(found[2])


def plain(text: str) -> str:
    """Undo what commands escape, the mark itself last."""
    for mark, instead in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(mark, instead)
    return text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_hostile_text_or_file_name_begins_no_command(text: str) -> None:
    """It comes out of the one command as it went in, and of no other."""
    (line,) = workflow_commands([message(text, file=text)])
    properties, data = read(line)
    assert properties == {"file": text, "line": "3", "col": "5", "title": "IST0101"}
    assert data == f"VirtualService shop/web: {text}"
