"""Watches of the in-memory API server: everything at first, then what happened since."""

from collections.abc import Iterator, Sequence

from libs.fakes.kubeserver import FakeKubeServer, has_labels
from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.kernel.origins import ObjectKey
from libs.ports.kubecluster import (
    Blind,
    Changed,
    Gone,
    KubeCluster,
    Listed,
    LiveObject,
    Selection,
    Unserved,
    WatchEvent,
)


class FakeWatch:
    """`Watch` of some selections. It looks when it is polled, so nothing happens in between."""

    def __init__(
        self, cluster: KubeCluster, server: FakeKubeServer, selections: Sequence[Selection]
    ) -> None:
        """Begin before the first look at each selection."""
        self._cluster = cluster
        self._server = server
        self._seen: dict[Selection, int | None] = dict.fromkeys(selections)
        self._known: dict[Selection, set[ObjectKey]] = {one: set() for one in selections}
        self._state: dict[Selection, type[WatchEvent] | None] = dict.fromkeys(selections)

    def poll(self, timeout_s: float) -> Sequence[WatchEvent]:
        """Return what happened; where nothing did, the timeout passes."""
        found = [event for selection in self._seen for event in self._look(selection)]
        if not found:
            self._server.clock.sleep(timeout_s)
        return found

    def close(self) -> None:
        """Follow nothing any more."""
        self._seen.clear()

    def _look(self, selection: Selection) -> Iterator[WatchEvent]:
        at = self._seen[selection]
        try:
            if at is not None and at >= self._server.forgotten_until:
                self._cluster.version()
                yield from self._since(selection, at)
                if self._serves(selection):
                    return
            self._seen[selection] = None
            listing = self._cluster.list_objects(selection)
        except (StalledError, TransientError, WaitingError) as error:
            self._seen[selection] = None
            yield from self._once(selection, Blind(selection, error.reason))
            return
        if not self._serves(selection):
            yield from self._once(selection, Unserved(selection))
            return
        self._state[selection] = Listed
        self._seen[selection] = self._server.moment
        self._known[selection] = {one.key for one in listing.objects}
        yield Listed(selection, listing.objects)

    def _once(self, selection: Selection, event: WatchEvent) -> Iterator[WatchEvent]:
        if self._state[selection] is not type(event):
            self._state[selection] = type(event)
            yield event

    def _serves(self, selection: Selection) -> bool:
        found = self._server.resource(selection.group, selection.kind, selection.version)
        return found is not None

    def _since(self, selection: Selection, at: int) -> Iterator[WatchEvent]:
        """Yield the newest of each object; one that lost the labels is gone.

        One that came and went in between is told as gone: who made it knows of it all the same.
        """
        newest = {e.live.key: e for e in self._server.events if e.at > at}
        known = self._known[selection]
        for event in newest.values():
            one = event.live
            if _concerns(selection, one) and not event.gone and has_labels(one, selection.labels):
                known.add(one.key)
                yield Changed(selection, one)
            elif _concerns(selection, one) and (event.gone or one.key in known):
                known.discard(one.key)
                yield Gone(selection, one.key, one.uid)
        self._seen[selection] = self._server.moment


def _concerns(selection: Selection, live: LiveObject) -> bool:
    key = live.key
    return (key.group, key.kind) == (selection.group, selection.kind) and selection.namespace in {
        "",
        key.namespace,
    }
