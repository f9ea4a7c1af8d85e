"""One stream of the aggregated discovery service, of either variant.

`receive` takes what happened and sends nothing. `advance` is called whenever the writer is free
and returns what to do next, at most one response, computed from the newest snapshot: a slow client
never gets a version that was overtaken while it was busy.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from libs.kernel.ids import ResourceName, TypeUrl
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, ENDPOINT, FULL_STATE_TYPES, ROUTE, VIRTUAL_HOST
from libs.xdsproto import delta, sotw
from libs.xdsproto.commands import Close, CloseCode, Command, Record, Respond
from libs.xdsproto.due import Due, Quantum, due
from libs.xdsproto.events import DeltaRequest, Event, Request, SnapshotAssigned, SotwRequest
from libs.xdsproto.holdings import Holding, holdings
from libs.xdsproto.hosts import configuration_of, release
from libs.xdsproto.ordering import gate, in_push_order
from libs.xdsproto.published import NOTHING, Published, TypeView, differing
from libs.xdsproto.status import PROOF_TYPES, STALE, Stand, blamed, standing
from libs.xdsproto.typestate import TypeState


@dataclass(frozen=True, slots=True)
class StreamLimits:
    """Counts of one stream; beyond them it is closed.

    Beyond `unnamed_hosts_max` virtual hosts on demand, those that no domain spells out are answered
    with nothing: anybody can make up such hosts, and a proxy never lets go of one.
    """

    types_max: int = 32
    names_max: int = 50_000
    unnamed_hosts_max: int = 5_000
    quantum: Quantum = field(default_factory=Quantum)


class AdsEngine:
    """Bookkeeping of one stream. Which variant it is follows from the requests it gets.

    `only` is the one type that the stream is about; empty for a stream of all types.
    `reads_errors` says whether the client takes errors of single resources for an answer.
    """

    def __init__(self, limits: StreamLimits | None = None) -> None:
        """Start without a snapshot: nothing is answered before one is assigned."""
        self.only = TypeUrl("")
        self.reads_errors = False
        self._limits = limits or StreamLimits()
        self._states: dict[TypeUrl, TypeState] = {}
        self._preload: frozenset[ResourceName] = frozenset()
        self._ordered: Sequence[TypeState] = ()
        self._published: Published | None = None
        self._is_sotw = False
        self._nonce = 0
        self._carried = False
        self._news = False
        self._recorded: Record | None = None
        self._close: Close | None = None

    def receive(self, event: Event) -> None:
        """Take one event."""
        self._news = True
        if isinstance(event, SnapshotAssigned):
            self._assign(event.published)
        elif not event.type_url:
            self._refuse(CloseCode.INVALID_ARGUMENT, "a request on this stream needs a type_url")
        elif self.only not in ("", event.type_url):
            reason = f"this stream is for {self.only}, not for {event.type_url}"
            self._refuse(CloseCode.INVALID_ARGUMENT, reason)
        else:
            self._request(event)

    def preload(self, names: Iterable[ResourceName]) -> None:
        """Send these virtual hosts without being asked, where they are delivered on demand."""
        self._preload = frozenset(names)

    def advance(self) -> Sequence[Command]:
        """Return what to do next: at most one response. Empty: nothing until the next event."""
        if self._close is not None:
            return (self._close,)
        if self._published is None:
            return ()
        busy = [one for one in self._ordered if one.dirty or one.owed or one.answer_owed]
        if not busy and not self._news:
            # Nothing was heard since the last look, so nobody stands otherwise than then.
            return ()
        self._news, stand = False, STALE
        response = self._next_response(self._published, busy) if busy else None
        # What was just sent has to be acknowledged, so only a refusal is worth a look.
        if response is None or any(s.refused or s.rejection for s in self._ordered):
            stand = standing(self._states, self._published, self._proofs())
        records = self._record(stand)
        return records if response is None else (*records, response)

    def _assign(self, published: Published) -> None:
        before, self._published = self._published, published
        if before is not None and before.version == published.version:
            return
        # A snapshot that was overtaken before it was acknowledged counts with its successor.
        if self._recorded is None or self._recorded.sync is SyncStatus.SYNCED:
            self._carried = False
        if before is not None and published.base == before.version:
            for url, names in published.changed.items():
                if url in self._states:
                    self._look_at(self._states[url], names)
            return
        for state in self._states.values():
            if before is None:
                self._begin(state, published)
            else:
                url = state.type_url
                self._look_at(state, differing(before.of(url), published.of(url)))

    def _look_at(self, state: TypeState, names: frozenset[ResourceName]) -> None:
        """Mark what changed. Which asked hosts a changed virtual host is for is looked up."""
        if names and state.type_url == VIRTUAL_HOST:
            names = frozenset(state.subscription.names)
        state.look_at(names)

    def _begin(self, state: TypeState, published: Published) -> None:
        view = published.of(state.type_url)
        state.look_at_all(view.entries)
        if self._is_sotw:
            sotw.adopt(state, view)

    def _request(self, request: Request) -> None:
        state = self._states.get(request.type_url)
        first = state is None
        if state is None:
            if len(self._states) >= self._limits.types_max:
                reason = f"more than {self._limits.types_max} resource types on one stream"
                self._refuse(CloseCode.RESOURCE_EXHAUSTED, reason)
                return
            state = self._states[request.type_url] = TypeState(request.type_url)
            state.reads_errors = self.reads_errors
            self._ordered = in_push_order(self._states)
        view = self._published.of(request.type_url) if self._published else NOTHING
        match request:
            case SotwRequest():
                self._is_sotw = True
                sotw.receive(state, request, view)
            case DeltaRequest():
                delta.receive(state, request, view)
                self._turn_away(state, request, view)
        if first and self._published is not None:
            self._begin(state, self._published)
            if request.type_url == ENDPOINT:
                # A client that comes back may ask for endpoints after a cluster was sent already.
                self._endpoints_follow(self._published)
            if request.type_url == VIRTUAL_HOST and ROUTE in self._states:
                self._release(self._states[ROUTE].told)
        if len(state.subscription.names) > self._limits.names_max:
            reason = f"more than {self._limits.names_max} names of {request.type_url}"
            self._refuse(CloseCode.RESOURCE_EXHAUSTED, reason)

    def _turn_away(self, state: TypeState, request: DeltaRequest, view: TypeView) -> None:
        """Forget made-up hosts beyond the limit; they are answered all the same."""
        many = len(state.subscription.names) > self._limits.unnamed_hosts_max
        if state.type_url == VIRTUAL_HOST and many and view.hosts is not None:
            state.strangers |= set(request.subscribe) - set(view.hosts.named(request.subscribe))
            state.subscription.names -= state.strangers

    def _refuse(self, code: CloseCode, reason: str) -> None:
        self._close = self._close or Close(code, reason)

    def _next_response(self, published: Published, busy: Sequence[TypeState]) -> Respond | None:
        """Find the first response that is due, in push order.

        A look that sends nothing may still settle a type, and so let another's removals go.
        """
        while True:
            marked = _marked(busy)
            for state in busy:
                response = self._respond(state, published)
                if response is not None:
                    return response
            if _marked(busy) == marked:
                return None

    def holdings(self) -> Iterator[Holding]:
        """Tell what the client has, or was sent, in push order and by name."""
        for state in self._ordered:
            yield from holdings(state)

    def _proofs(self) -> tuple[TypeUrl, ...]:
        return (self.only,) if self.only else PROOF_TYPES

    def _respond(self, state: TypeState, published: Published) -> Respond | None:
        if state.blocked or not (state.dirty or state.owed or state.answer_owed):
            return None
        compose = sotw.compose if self._is_sotw else delta.compose
        view = published.of(state.type_url)
        full_set = self._is_sotw and state.type_url in FULL_STATE_TYPES
        quantum = None if full_set else self._limits.quantum
        todo = due(state, view, gate(state.type_url, self._states, published), quantum)
        carried = self._carried or _changes_something(state, todo)
        response = compose(state, published, todo, f"{self._nonce + 1:x}")
        if response is not None:
            self._nonce += 1
            self._carried = carried
            if state.strangers:
                state.let_go_of_strangers(entry.name for entry in response.entries)
            if response.type_url == CLUSTER:
                self._endpoints_follow(published)
            elif response.type_url == ROUTE:
                self._release(entry.name for entry in response.entries)
        return response

    def _release(self, configurations: Iterable[ResourceName]) -> None:
        """Answer for each route configuration whose hosts come on demand.

        A client waits with the listener until it heard anything of that type for that name, and
        asks for it only once for all of them. What it loses with a configuration it gets again.
        """
        hosts, published = self._states.get(VIRTUAL_HOST), self._published
        table = published.of(VIRTUAL_HOST).hosts if published else None
        if hosts is None or table is None:
            return
        for name in table.configurations & set(configurations):
            hosts.owed.add(release(name))
            asked = {one for one in hosts.subscription.names if configuration_of(one) == name}
            if name in self._states[ROUTE].arrivals:
                hosts.owed |= asked
            fresh = {one for one in self._preload if configuration_of(one) == name} - asked
            hosts.subscription.names |= fresh
            hosts.dirty |= fresh

    def _endpoints_follow(self, published: Published) -> None:
        """Make endpoints follow clusters that are under way, even when they did not change.

        A client that takes a changed cluster waits for its endpoints before it uses it. The load
        assignment of a cluster has the cluster's own name.
        """
        clusters, endpoints = self._states.get(CLUSTER), self._states.get(ENDPOINT)
        if clusters is None or endpoints is None:
            return
        known = published.of(ENDPOINT).entries
        endpoints.owed |= {
            name
            for name, nonce in clusters.pending.items()
            if nonce == clusters.last_nonce
            and name in known
            and endpoints.subscription.covers(name)
        }

    def _record(self, stand: Stand) -> Sequence[Record]:
        if self._published is None:
            return ()
        known, version = self._recorded, self._published.version
        if known is not None and (known.snapshot, known.sync, known.carried, known.error) == (
            version,
            stand.sync,
            self._carried,
            stand.error,
        ):
            return ()
        refused = () if stand.by is None else blamed(stand.by)
        self._recorded = Record(version, stand.sync, self._carried, stand.error, refused)
        return (self._recorded,)


def _marked(states: Sequence[TypeState]) -> int:
    return sum([len(state.dirty) + len(state.owed) for state in states])


def _changes_something(state: TypeState, todo: Due) -> bool:
    """Say whether a response changes what the client holds, and does not only repeat it."""
    changed: Iterable[bool] = (state.told.get(e.name) != e.version for e in todo.send)
    return any(changed) or any(name in state.told for name in todo.remove)
