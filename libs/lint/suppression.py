"""Messages that are not given because somebody said so, and what is wrong with saying so.

What could not be served can never be ignored: errors of a schema, what Envoy would refuse, and what
decides to whom something belongs. An annotation is no way around what the fleet does not allow.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeVar

from libs.desired.finding import Finding, Rule, finding
from libs.desired.fleetview import FleetView
from libs.kernel.ids import SetName
from libs.kernel.messages import Level, Message, MessageClass
from libs.kernel.origins import ObjectKey
from libs.lint import rules
from libs.lint.ignoring import HOW_TO, Unreadable, Wish, of_fleet, of_objects
from libs.meshapi import codes
from libs.meshapi.parsed import ParsedObject

OVER = Rule("PER0330", Level.WARNING, MessageClass.OBJECT)
"""A wish to ignore something whose last day has passed."""

NEEDLESS = Rule("PER0331", Level.WARNING, MessageClass.OBJECT)
"""A wish to ignore what nobody says."""

UNREADABLE = Rule("PER0332", Level.ERROR, MessageClass.OBJECT)
"""An annotation that does not say what, until when, and why."""

FORBIDDEN = Rule("PER0333", Level.WARNING, MessageClass.OBJECT)
"""A wish to ignore what has to be corrected."""

_FOREIGN = ("IST", "KIA")
_OWN = frozenset({rules.ORDER_NOT_STATED.code})
"""Errors of ours that describe a risk; all others tell what cannot be served."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Silenced:
    """A message that is not given, and the wish that it follows."""

    message: Message
    by: Wish


def can_be_ignored(message: Message) -> bool:
    """Say whether the one who is told may decide not to be told."""
    if message.level is not Level.ERROR or message.code in _OWN:
        return True
    return message.code.startswith(_FOREIGN) and message.code != codes.SCHEMA


class Suppression:
    """What one state of a fleet wants ignored on one day. It remembers what it was good for."""

    def __init__(
        self,
        view: FleetView,
        contents: Mapping[SetName, Sequence[ParsedObject]],
        today: date,
    ) -> None:
        """Gather the wishes; those that are over count for nothing from `today` on."""
        found = (*of_fleet(view), *of_objects(contents))
        wishes = [one for one in found if isinstance(one, Wish)]
        self._unreadable = [one for one in found if isinstance(one, Unreadable)]
        self._over = [one for one in wishes if one.is_over(today)]
        self._general: list[Wish] = []
        self._by_object: dict[tuple[ObjectKey, str], list[Wish]] = {}
        for one in wishes:
            if not one.is_over(today):
                home = self._general
                if one.about is not None:
                    home = self._by_object.setdefault((one.about, one.origin.file), [])
                home.append(one)
        self._forbidden: dict[Wish, Message] = {}
        self._used: set[Wish] = set()

    @property
    def faults(self) -> Iterator[Finding]:
        """Annotations that nobody can follow."""
        for one in self._unreadable:
            shown = f"`{one.text}` does not say what is ignored, until when, and why"
            yield finding(UNREADABLE, (one.origin, one.about), (one.set,), f"{shown}; {HOW_TO}")

    def sift(
        self, items: Iterable[T], message_of: Callable[[T], Message]
    ) -> tuple[list[T], list[Silenced]]:
        """Tell what is given from what is not."""
        if not self._general and not self._by_object:
            return list(items), []
        kept: list[T] = []
        silenced: list[Silenced] = []
        for item in items:
            message = message_of(item)
            wish = self._wish(message)
            if wish is None:
                kept.append(item)
            else:
                silenced.append(Silenced(message, wish))
        return kept, silenced

    def _wish(self, message: Message) -> Wish | None:
        about: Sequence[Wish] = ()
        if message.object is not None:
            about = self._by_object.get((message.object, message.origin.file), ())
        found = next((one for one in (*about, *self._general) if one.means(message)), None)
        if found is None:
            return None
        if not can_be_ignored(message):
            self._forbidden.setdefault(found, message)
            return None
        self._used.add(found)
        return found

    def complaints(self) -> tuple[Message, ...]:
        """Say what is wrong with the wishes, once everything has been sifted."""
        return tuple(_said(*one) for one in self._complaints())

    def _complaints(self) -> Iterator[tuple[Rule, Wish, str]]:
        for one in self._over:
            text = f"{_names(one)} has been ignored until {one.until}; correct it by now, or write"
            yield OVER, one, f"{text} a later day"
        for one, message in self._forbidden.items():
            text = f"{message.code} at {message.origin} cannot be ignored; correct it there"
            yield FORBIDDEN, one, text
        live = [*self._general, *(one for some in self._by_object.values() for one in some)]
        for one in live:
            if one not in self._used and one not in self._forbidden:
                level = Level.WARNING if one.until is not None else Level.INFO
                text = f"nothing says {_names(one)} here, so there is nothing to ignore; remove it"
                yield NEEDLESS.as_level(level), one, text


def _said(rule: Rule, wish: Wish, text: str) -> Message:
    return Message(rule.code, rule.level, rule.message_class, wish.origin, text, wish.about)


def _names(wish: Wish) -> str:
    return " or ".join(f"`{code}`" for code in wish.codes)
