"""What one stream knows of one resource type: an independent sub-stream with its own nonces."""

from collections.abc import Iterable, Mapping

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.xds import CLUSTER, ENDPOINT
from libs.xdsproto.published import Entries
from libs.xdsproto.subscriptions import Subscription

UNSURE = Version("")
"""Held by the client, in a version that is not known here: it was sent on an earlier stream."""

IN_FLIGHT_MAX = 4
"""Unacknowledged responses of one type; a client that is slower gets only the newest state."""

WARMING_IN_FLIGHT_MAX = 64
"""The same for clusters and endpoints. Higher, because a client that waits for the endpoints of a
cluster acknowledges no cluster before it has them, or hears that the cluster is gone.
"""


class TypeState:
    """Mutable bookkeeping of one (stream, type).

    `told`     what the client was sent last, by name; it may have refused it
    `pending`  nonce of the response that last carried a name, until that is acknowledged
    `refused`  text of the NACK for names whose last version was refused
    `arrivals` names that the client did not have before they were sent, until acknowledged
    `dirty`    names that have to be looked at
    `owed`     names that have to be answered even when nothing changed
    `strangers`  names that are answered with nothing and not remembered
    `absent`   asked names that the client was told nobody has, where it reads that
    `answer_owed`  whether a response is expected even when it is empty
    `returning`  whether the client resumed what it holds and has not acknowledged anything since
    `unsure`   whether the client may hold resources of an earlier stream
    `sent_set` the last full set sent (state of the world, full-state types)
    """

    def __init__(self, type_url: TypeUrl) -> None:
        """Start with nothing subscribed and nothing told."""
        self.type_url = type_url
        self.subscription = Subscription(type_url)
        self.told: dict[ResourceName, Version] = {}
        self.pending: dict[ResourceName, str] = {}
        self.refused: dict[ResourceName, str] = {}
        self.arrivals: set[ResourceName] = set()
        self.dirty: set[ResourceName] = set()
        self.owed: set[ResourceName] = set()
        self.strangers: set[ResourceName] = set()
        self.absent: frozenset[ResourceName] = frozenset()
        self.reads_errors = False
        self.answer_owed = False
        self.returning = False
        self.unsure = False
        self.claimed: Version | None = None
        self.rejection: str | None = None
        self.last_nonce = ""
        self.started = False
        self.sent_set: Entries = {}
        self._in_flight: dict[str, tuple[ResourceName, ...]] = {}

    @property
    def blocked(self) -> bool:
        """Whether the client has to acknowledge something before more is sent."""
        warming = self.type_url in (CLUSTER, ENDPOINT)
        return len(self._in_flight) >= (WARMING_IN_FLIGHT_MAX if warming else IN_FLIGHT_MAX)

    @property
    def awaited(self) -> bool:
        """Whether the client has to acknowledge something."""
        return bool(self._in_flight)

    @property
    def settled(self) -> bool:
        """Whether all that was due is sent and acknowledged."""
        busy = self.dirty or self.owed or self.answer_owed or self._in_flight
        return not (busy or self.refused or self.rejection is not None)

    @property
    def error(self) -> str | None:
        """Text of a NACK that still stands."""
        return next(iter(self.refused.values()), self.rejection)

    def held(self, name: ResourceName) -> Version | None:
        """Version that the client holds or refused; UNSURE when it may hold some; else None."""
        return self.told.get(name, UNSURE if self.unsure else None)

    def look_at_all(self, entries: Entries) -> None:
        """Mark every name that could matter: a first snapshot, or a new wildcard."""
        if self.subscription.collections and not self.subscription.wildcard:
            self.dirty |= {name for name in entries if self.subscription.covers(name)}
        names = entries.keys() if self.subscription.wildcard else self.subscription.names
        self.dirty |= names

    def look_at(self, names: Iterable[ResourceName]) -> None:
        """Mark names of which a new snapshot changed something.

        When a refused resource changed, what was refused together with it is sent again as well:
        the client said only that the response as a whole was not acceptable.
        """
        touched = {n for n in names if self.subscription.covers(n) or n in self.told}
        self.dirty |= touched
        if self.refused.keys() & touched:
            for name in self.refused.keys() - touched:
                self.told[name] = UNSURE
                self.dirty.add(name)

    def drop(self, name: ResourceName) -> None:
        """Forget a name that the client no longer wants."""
        self.told.pop(name, None)
        self.pending.pop(name, None)
        self.refused.pop(name, None)
        self.arrivals.discard(name)
        self.dirty.discard(name)
        self.owed.discard(name)

    def let_go_of_strangers(self, answered: Iterable[ResourceName]) -> None:
        """Forget those that were answered."""
        for name in self.strangers.intersection(answered):
            self.strangers.discard(name)
            self.drop(name)

    def drop_uncovered(self) -> None:
        """Forget everything that the client no longer wants."""
        known = {*self.told, *self.dirty, *self.owed, *self.refused}
        for name in [n for n in known if not self.subscription.covers(n)]:
            self.drop(name)

    def sent(
        self,
        nonce: str,
        versions: Mapping[ResourceName, Version],
        removed: Iterable[ResourceName],
        waiting: set[ResourceName],
    ) -> None:
        """Note a response: what it carried, what it removed, and what has to wait."""
        for name, version in versions.items():
            if self.held(name) in (None, UNSURE):
                self.arrivals.add(name)
            self.told[name] = version
            self.pending[name] = nonce
            self.refused.pop(name, None)
        for name in removed:
            self.drop(name)
        self.put_off(waiting)
        self.rejection = None
        self.last_nonce = nonce
        self._in_flight[nonce] = tuple(versions)

    def put_off(self, waiting: set[ResourceName]) -> None:
        """Keep what has to wait, with the promise of an answer where there was one."""
        self.dirty = waiting
        self.owed &= waiting
        self.answer_owed = False

    def answered(self, nonce: str, error: str | None) -> bool:
        """Take an ACK or, with an error, a NACK. Say whether the nonce was waited for.

        Responses arrive in order, so whatever was sent before has been taken as well.
        """
        if nonce not in self._in_flight:
            return False
        self.returning = False
        for earlier in list(self._in_flight):
            names = self._in_flight.pop(earlier)
            self._resolve(earlier, names, error if earlier == nonce else None)
            if earlier == nonce:
                break
        return True

    def _resolve(self, nonce: str, names: tuple[ResourceName, ...], error: str | None) -> None:
        if error is not None and not names:
            self.rejection = error
        # A newer response may carry a name already: then that one decides about it.
        current = [name for name in names if self.pending.get(name) == nonce]
        for name in current:
            del self.pending[name]
            if error is None:
                self.arrivals.discard(name)
            elif len(current) < len(names):
                # What was refused may be what is replaced since; the rest is tried once more.
                self.told[name] = UNSURE
                self.dirty.add(name)
            else:
                self.refused[name] = error
