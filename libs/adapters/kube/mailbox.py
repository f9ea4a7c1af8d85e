"""What watches tell until somebody asks: at most one event for each object."""

import threading
from collections.abc import Sequence

from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import Blind, Changed, Gone, Listed, Selection, Unserved, WatchEvent

_Place = tuple[Selection, ObjectKey | None]


class Mailbox:
    """Filled by the event loop, emptied by one other thread. Newer news take the older's place."""

    def __init__(self) -> None:
        """Begin empty."""
        self._events: dict[_Place, WatchEvent] = {}
        self._filled = threading.Condition()

    def put(self, event: WatchEvent) -> None:
        """Add an event; a listing makes all that was known of its selection old."""
        with self._filled:
            place = _place(event)
            if isinstance(event, Listed | Unserved):
                for old in [one for one in self._events if one[0] == event.selection]:
                    del self._events[old]
            self._events.pop(place, None)
            self._events[place] = event
            self._filled.notify()

    def take(self, timeout_s: float) -> Sequence[WatchEvent]:
        """Return everything in its order, waiting at most so long for the first."""
        with self._filled:
            if not self._events:
                self._filled.wait(timeout_s)
            found = tuple(self._events.values())
            self._events.clear()
            return found


def _place(event: WatchEvent) -> _Place:
    match event:
        case Changed():
            return event.selection, event.live.key
        case Gone():
            return event.selection, event.key
        case Listed() | Blind() | Unserved():
            return event.selection, None
