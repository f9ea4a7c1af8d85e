"""All that is seen of one cluster: objects by key, and what could not be looked at."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import (
    Blind,
    Changed,
    Gone,
    Listed,
    LiveObject,
    Selection,
    Unserved,
    WatchEvent,
)

Kind = tuple[str, str]
"""API group and kind."""


def kind_of(key: ObjectKey) -> Kind:
    """Return the group and kind of an object."""
    return key.group, key.kind


_NOT_YET = "it was not looked at yet"


@dataclass(frozen=True, slots=True)
class Sight:
    """Objects of the kinds that were looked for.

    `blind` are kinds that could not be looked at, with the reason: of those nobody knows whether
    an object is there. `unserved` are kinds that the server says it does not have.
    """

    objects: Mapping[ObjectKey, LiveObject] = field(default_factory=dict)
    blind: Mapping[Kind, str] = field(default_factory=dict)
    unserved: frozenset[Kind] = frozenset()


class Looking:
    """A sight that follows events. It is one thread's."""

    def __init__(self, kinds: Iterable[Kind]) -> None:
        """Be blind for these kinds until something is heard of them."""
        self._by_kind: dict[Kind, dict[ObjectKey, LiveObject]] = {}
        self._blind = dict.fromkeys(kinds, _NOT_YET)
        self._unserved: set[Kind] = set()
        self._ahead: dict[ObjectKey, str] = {}
        """Objects by uid that a write told of, and no event yet."""

    def follow(self, events: Iterable[WatchEvent]) -> int:
        """Take in what happened, and return how much of it is news.

        What a write has told of before, and what changes nothing, is none.
        """
        count = 0
        for event in events:
            count += self._is_news(event)
            self._take(event)
        return count

    def _is_news(self, event: WatchEvent) -> bool:
        kind = _kind(event.selection)
        match event:
            case Changed(live=live):
                known = self._by_kind.get(kind, {}).get(live.key)
                return known is None or (known.uid, known.resource_version) != (
                    live.uid,
                    live.resource_version,
                )
            case Gone(key=key):
                return key in self._by_kind.get(kind, {})
            case Listed() | Blind() | Unserved():
                return True

    @property
    def unseen(self) -> bool:
        """Whether there are kinds of which nothing at all was heard yet."""
        return any(reason == _NOT_YET for reason in self._blind.values())

    def took(self, live: LiveObject) -> None:
        """Take in what a write answered, unless something newer is known."""
        self._ahead[live.key] = live.uid
        self._put(kind_of(live.key), live)

    def lost(self, key: ObjectKey) -> None:
        """Take in that an object is no more."""
        self._by_kind.get(kind_of(key), {}).pop(key, None)

    def now(self) -> Sight:
        """Return what is seen."""
        objects = {key: live for some in self._by_kind.values() for key, live in some.items()}
        return Sight(objects, dict(self._blind), frozenset(self._unserved))

    def _take(self, event: WatchEvent) -> None:
        kind = _kind(event.selection)
        match event:
            case Listed():
                self._blind.pop(kind, None)
                self._unserved.discard(kind)
                self._by_kind[kind] = {live.key: live for live in event.objects}
            case Changed():
                self._ahead.pop(event.live.key, None)
                self._put(kind, event.live)
            case Gone():
                self._gone(kind, event)
            case Blind():
                self._blind[kind] = event.reason
            case Unserved():
                self._blind.pop(kind, None)
                self._unserved.add(kind)
                self._by_kind.pop(kind, None)

    def _gone(self, kind: Kind, event: Gone) -> None:
        """Drop an object, unless a write has told of its successor.

        Events of one object may come as the last of them: another uid than the known one is that
        of a successor which is gone as well.
        """
        ahead = self._ahead.get(event.key)
        if ahead is None or ahead == event.uid:
            self._ahead.pop(event.key, None)
            self._by_kind.get(kind, {}).pop(event.key, None)

    def _put(self, kind: Kind, live: LiveObject) -> None:
        known = self._by_kind.setdefault(kind, {})
        former = known.get(live.key)
        if former is None or former.uid != live.uid or not _is_older(live, former):
            known[live.key] = live


def _kind(selection: Selection) -> Kind:
    return selection.group, selection.kind


def _is_older(one: LiveObject, other: LiveObject) -> bool:
    """Compare versions of one object, which the servers of today write as numbers that grow."""
    if one.resource_version.isdigit() and other.resource_version.isdigit():
        return int(one.resource_version) < int(other.resource_version)
    return False
