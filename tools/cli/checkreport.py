"""What `periplus check` found, before it is written in one of its forms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from libs.kernel.messages import Level, Message, errors
from libs.lint.suppression import Silenced


@dataclass(frozen=True, slots=True)
class Report:
    """Messages by place, those that were not to be given, and how many objects were read."""

    messages: tuple[Message, ...]
    silenced: tuple[Silenced, ...]
    objects: int

    @property
    def status(self) -> int:
        """Exit status: 1 when there are errors; warnings alone are fine."""
        return 1 if errors(self.messages) else 0


def in_order(messages: Iterable[Message]) -> list[Message]:
    """Sort by place, each finding once."""
    unique = dict.fromkeys(messages)
    return sorted(unique, key=lambda each: (each.origin, each.code, each.text))


def summary(report: Report) -> str:
    """Return the last line: how many findings of each level, in how many objects."""
    ignored = f"; {len(report.silenced)} ignored" if report.silenced else ""
    if not report.messages:
        return f"No validation issues found in {report.objects} objects{ignored}."
    return f"{', '.join(counts(report.messages))} in {report.objects} objects{ignored}."


def counts(messages: Sequence[Message]) -> list[str]:
    """Return how many there are of each level that there is."""
    return [
        f"{count} {level}{'' if count == 1 or level is Level.INFO else 's'}"
        for level in Level
        if (count := sum(each.level is level for each in messages))
    ]


def report_json(report: Report) -> dict[str, Any]:
    """Return a report in the form of the command line's contract."""
    return {
        "messages": [message_json(each) for each in report.messages],
        "suppressed": [_silenced_json(each) for each in report.silenced],
        "objects": report.objects,
    }


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


def _silenced_json(one: Silenced) -> dict[str, Any]:
    wish = one.by
    return message_json(one.message) | {
        "ignored": {
            "file": wish.origin.file,
            "line": wish.origin.line,
            "reason": wish.reason,
            "until": None if wish.until is None else wish.until.isoformat(),
        }
    }
