"""`periplus check`: every finding about a configuration, with file, line and what to write."""

from collections.abc import Iterable
from typing import Annotated, Any

from cyclopts import Parameter

from libs.desired.directory import contents_from_files
from libs.desired.layout import unreadable
from libs.kernel.messages import Level, Message
from libs.kernel.messages import errors as only_errors
from libs.lint.check import check as lint
from tools.cli.output import Format, write_json, write_lines
from tools.cli.sources import PathArgument, read_paths


def check(
    *paths: PathArgument,
    output: Annotated[Format, Parameter(name=["--output", "-o"])] = Format.TEXT,
) -> int:
    """Check configuration and say what is wrong, where, and what to write instead.

    Exit status 1 when there are errors; warnings alone are fine.

    Parameters
    ----------
    paths
        Files, directories, - for standard input, or REPO@REV.
    output
        text or json.
    """
    sources = read_paths(paths)
    read = contents_from_files(sources.files)
    linted = () if read.view is None else lint(read.view, read.contents)
    found = (*unreadable(sources.links), *read.messages, *linted)
    messages = in_order(map(sources.as_given, found))
    count = sum(len(objects) for objects in read.contents.values())
    if output is Format.JSON:
        write_json({"messages": [message_json(each) for each in messages], "objects": count})
    else:
        write_lines(*map(str, messages), summary(messages, count))
    return 1 if only_errors(messages) else 0


def in_order(messages: Iterable[Message]) -> list[Message]:
    """Sort by place, each finding once."""
    unique = dict.fromkeys(messages)
    return sorted(unique, key=lambda each: (each.origin, each.code, each.text))


def summary(messages: list[Message], objects: int) -> str:
    """Return the last line: how many findings of each level, in how many objects."""
    if not messages:
        return f"No validation issues found in {objects} objects."
    counts = [
        f"{count} {level}{'' if count == 1 or level is Level.INFO else 's'}"
        for level in Level
        if (count := sum(each.level is level for each in messages))
    ]
    return f"{', '.join(counts)} in {objects} objects."


def message_json(message: Message) -> dict[str, Any]:
    """Return a finding in the form of the command line's contract."""
    subject = message.object
    return {
        "code": message.code,
        "level": message.level.value,
        "class": message.message_class.value,
        "object": None
        if subject is None
        else {"kind": subject.kind, "namespace": subject.namespace, "name": subject.name},
        "file": message.origin.file,
        "line": message.origin.line,
        "column": message.origin.column,
        "text": message.text,
    }
