"""A message with what acceptance has to know: which sets can be behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from libs.kernel.ids import SetName
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey, Origin


@dataclass(frozen=True, slots=True)
class Rule:
    """What all findings of one rule share."""

    code: str
    level: Level
    message_class: MessageClass

    def as_level(self, level: Level) -> "Rule":
        """Return the rule at another level, for a case that is milder or worse."""
        return Rule(self.code, level, self.message_class)


@dataclass(frozen=True, slots=True)
class Finding:
    """A message about objects of `sets`, the set of its origin first.

    `gist` is the sentence without places: two findings with one identity are the same complaint,
    even when lines have moved in between.
    """

    message: Message
    sets: tuple[SetName, ...]
    gist: str

    @property
    def is_error(self) -> bool:
        """Whether it refuses a set."""
        return self.message.level is Level.ERROR

    @property
    def identity(self) -> tuple[str, SetName, ObjectKey | None, str]:
        """Which complaint it is, wherever its lines are."""
        return (self.message.code, self.sets[0], self.message.object, self.gist)


def finding(
    rule: Rule,
    place: tuple[Origin, ObjectKey | None],
    sets: Iterable[SetName],
    text: str,
    others: Sequence[Origin] = (),
) -> Finding:
    """Make a finding; the places of the `others` that it involves are added to the sentence."""
    origin, key = place
    message = Message(
        rule.code, rule.level, rule.message_class, origin, text + _also_at(others), key
    )
    return Finding(message, tuple(dict.fromkeys(sets)), text)


def _also_at(others: Sequence[Origin]) -> str:
    if not others:
        return ""
    noun = "the other is" if len(others) == 1 else "the others are"
    return f"; {noun} at {', '.join(str(origin) for origin in others)}"
