"""Findings as workflow commands of GitHub Actions, which shows them beside changed lines.

Texts come from files that anybody may have written, so nothing in them may begin a command.
"""

from collections.abc import Iterable, Iterator

from libs.kernel.messages import Level, Message

_COMMANDS = {Level.ERROR: "error", Level.WARNING: "warning", Level.INFO: "notice"}
_DATA = (("%", "%25"), ("\r", "%0D"), ("\n", "%0A"))
_PROPERTY = (*_DATA, (":", "%3A"), (",", "%2C"))


def workflow_commands(messages: Iterable[Message]) -> Iterator[str]:
    """Return a line for each message."""
    return map(_command, messages)


def _command(message: Message) -> str:
    origin = message.origin
    properties = {
        "file": origin.file,
        "line": str(origin.line),
        "col": str(origin.column),
        "title": message.code,
    }
    written = ",".join(f"{name}={_escaped(text, _PROPERTY)}" for name, text in properties.items())
    subject = f"{message.object}: " if message.object is not None else ""
    return f"::{_COMMANDS[message.level]} {written}::{_escaped(subject + message.text, _DATA)}"


def _escaped(text: str, marks: tuple[tuple[str, str], ...]) -> str:
    for mark, instead in marks:
        text = text.replace(mark, instead)
    return text
