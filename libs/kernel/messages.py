"""What checking finds: one value for parser, linter, command line, log and comment."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from libs.kernel.origins import ObjectKey, Origin


class Level(StrEnum):
    """How bad it is. Only an error refuses a set."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class MessageClass(StrEnum):
    """What the finding is about."""

    OBJECT = "object"
    """wrong in itself"""
    REFERENCE = "reference"
    """names what is not there"""
    CONFLICT = "conflict"
    """disagrees with another object"""
    CLUSTER = "cluster"
    """disagrees with what runs"""


@dataclass(frozen=True, slots=True)
class Message:
    """One finding. `text` is one sentence that also says what to write instead.

    `code` is an Istio analysis code (IST....), a Kiali code (KIA....) or one of ours (PER....).
    """

    code: str
    level: Level
    message_class: MessageClass
    origin: Origin
    text: str
    object: ObjectKey | None = None

    def __str__(self) -> str:
        """Render as one line: place, level, code, object, sentence."""
        subject = f" {self.object}:" if self.object else ""
        return f"{self.origin}: {self.level} {self.code}:{subject} {self.text}"


def errors(messages: Iterable[Message]) -> tuple[Message, ...]:
    """Keep only what refuses a set."""
    return tuple(message for message in messages if message.level is Level.ERROR)
