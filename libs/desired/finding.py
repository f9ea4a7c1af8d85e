"""A message with what acceptance has to know: which sets can be behind it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from libs.kernel.ids import ClusterName, SetName
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


Identity = tuple[str, SetName, ObjectKey | None, str, ClusterName | None]


@dataclass(frozen=True, slots=True)
class Finding:
    """A message about objects of `sets`, the set of its origin first.

    `gist` is the sentence without places. `clusters` are those in which it was found, none for a
    finding about files alone.
    """

    message: Message
    sets: tuple[SetName, ...]
    gist: str
    clusters: tuple[ClusterName, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether it refuses a set."""
        return self.message.level is Level.ERROR

    @property
    def identities(self) -> frozenset[Identity]:
        """Which complaint it is in which cluster, wherever its lines are by now."""
        message = self.message
        return frozenset(
            (message.code, self.sets[0], message.object, self.gist, cluster)
            for cluster in self.clusters or (None,)
        )


def finding(
    rule: Rule,
    place: tuple[Origin, ObjectKey | None],
    sets: Iterable[SetName],
    text: str,
    others: Sequence[Origin] = (),
) -> Finding:
    """Make a finding; the places of the `others` that it involves are added to the sentence."""
    origin, key = place
    see = f" (see {', '.join(str(other) for other in others)})" if others else ""
    message = Message(rule.code, rule.level, rule.message_class, origin, text + see, key)
    return Finding(message, tuple(dict.fromkeys(sets)), text)
