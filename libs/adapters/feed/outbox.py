"""What waits to be sent: the newest of each thing, in an order that keeps the feed's promises.

A slow reader therefore costs memory in proportion to the fleet, not to the time it was slow.
"""

import itertools

from libs.kernel.ids import ClassKey, ProxyId, ResourceName, TypeUrl, Version
from libs.kernel.proxies import SyncStatus
from libs.ports.feed import (
    Assign,
    FromCompiler,
    FromFrontend,
    Hello,
    ProxyConnected,
    ProxyGone,
    ProxyStatus,
    Reject,
    View,
)


class CompilerOutbox:
    """Events for one frontend. Waiting views of one class become one view."""

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: dict[ProxyId | tuple[str, ClassKey], FromCompiler] = {}

    def __len__(self) -> int:
        """Count the events that wait."""
        return len(self._waiting)

    def put(self, event: FromCompiler) -> None:
        """Add an event; it replaces one for the same proxy, or merges with its class's view."""
        match event:
            case View():
                key = ("view", event.class_key)
                waiting = self._waiting.get(key)
                # Kept in its old place, so that an Assign that waits behind it stays behind it.
                self._waiting[key] = merge(waiting, event) if isinstance(waiting, View) else event
            case Assign() | Reject():
                # Moved to the end, so that it follows the view of the class that it names.
                self._waiting.pop(event.proxy, None)
                self._waiting[event.proxy] = event

    def take(self) -> FromCompiler | None:
        """Remove and return the next event to send; None when nothing waits."""
        return self._waiting.pop(next(iter(self._waiting))) if self._waiting else None


class FrontendOutbox:
    """Events for the compiler: the last word on each proxy, and on each of its snapshots.

    That a proxy has not answered yet can wait: most answer soon, and then only that is told.
    """

    def __init__(self) -> None:
        """Start empty."""
        self._waiting: dict[ProxyId | tuple[ProxyId, Version] | None, FromFrontend] = {}
        self._patient: dict[ProxyId | tuple[ProxyId, Version] | None, FromFrontend] = {}

    def __len__(self) -> int:
        """Count the events that wait."""
        return len(self._waiting) + len(self._patient)

    @property
    def is_patient(self) -> bool:
        """Whether something waits that `take` gives only after `hurry`."""
        return bool(self._patient)

    def hurry(self) -> None:
        """Let everything that waits be taken."""
        self._waiting |= self._patient
        self._patient.clear()

    def put(self, event: FromFrontend) -> None:
        """Add an event; it replaces what waits about the same proxy and snapshot."""
        key = _key(event)
        if isinstance(event, ProxyGone):
            self._forget_statuses(event.proxy)
        self._waiting.pop(key, None)
        self._patient.pop(key, None)
        unanswered = isinstance(event, ProxyStatus) and event.sync is SyncStatus.STALE
        (self._patient if unanswered else self._waiting)[key] = event

    def take(self) -> FromFrontend | None:
        """Remove and return the next event to send; None when nothing waits."""
        return self._waiting.pop(next(iter(self._waiting))) if self._waiting else None

    def take_many(self, count_max: int) -> list[FromFrontend]:
        """Remove and return the next events to send; none when nothing waits."""
        keys = list(itertools.islice(self._waiting, count_max))
        return [self._waiting.pop(key) for key in keys]

    def _forget_statuses(self, proxy: ProxyId) -> None:
        for waiting in (self._waiting, self._patient):
            for key in [k for k in waiting if isinstance(k, tuple) and k[0] == proxy]:
                del waiting[key]


def _key(event: FromFrontend) -> ProxyId | tuple[ProxyId, Version] | None:
    match event:
        case Hello():
            return None
        case ProxyConnected() | ProxyGone():
            return event.proxy
        case ProxyStatus():
            return (event.proxy, event.snapshot)


def merge(older: View, newer: View) -> View:
    """Make one view of two that follow each other; `newer` alone where it does not need `older`."""
    if newer.base is None or newer.base != older.snapshot:
        return newer
    gone = set(newer.removed)
    changed = {
        (r.type_url, r.name): r for r in older.changed if (r.type_url, r.name) not in gone
    } | {(r.type_url, r.name): r for r in newer.changed}
    removed: dict[tuple[TypeUrl, ResourceName], None] = {}
    if older.base is not None:
        removed = dict.fromkeys((*older.removed, *newer.removed))
    return View(
        class_key=newer.class_key,
        snapshot=newer.snapshot,
        base=older.base,
        changed=tuple(changed.values()),
        removed=tuple(key for key in removed if key not in changed),
        revision=newer.revision,
        trace=newer.trace,
    )
