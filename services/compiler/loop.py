"""One pass of the compiler: take all waiting events, decide, send, then record."""

import queue
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from weakref import WeakKeyDictionary

from libs.compile.apart import ENDPOINTS_MIN, Cuts, endpoints_apart
from libs.compile.memo import Memo
from libs.compile.ondemand import Pieces, hosts_min, on_demand
from libs.compile.proxy import Proxy, proxy_class, proxy_from_node
from libs.compile.sharing import Shared
from libs.compile.snapshot import compile_snapshot
from libs.compile.world import World
from libs.desired.select import RenderError
from libs.kernel.ids import ClusterName, ProxyId
from libs.kernel.looperrors import TransientError, WaitingError
from libs.kernel.proxies import ProxyRecord, Refused
from libs.kernel.revisions import Target
from libs.kernel.xds import Snapshot
from libs.ports.clock import Clock
from libs.ports.feed import (
    FromCompiler,
    FromFrontend,
    Hello,
    ProxyConnected,
    ProxyGone,
    ProxyStatus,
)
from libs.ports.steps import Steps
from libs.ports.store import Store
from libs.telemetry import tracing
from libs.telemetry.logs import get_logger
from services.compiler import steps as names
from services.compiler.absent import Absence
from services.compiler.blame import blame
from services.compiler.board import Board, ClusterWorld, Compiling, Outcome
from services.compiler.debounce import Debounce
from services.compiler.facts import FactSource, NoFacts
from services.compiler.keysets import KeyCache
from services.compiler.secrets import SecretFolder, SecretSource
from services.compiler.worlds import WorldReader


@dataclass(slots=True)
class Delivery:
    """Compiles views, and cuts those that are delivered on demand, class by class."""

    clock: Clock
    pieces: "WeakKeyDictionary[Memo, Pieces]" = field(default_factory=WeakKeyDictionary)
    cuts: "WeakKeyDictionary[Memo, Cuts]" = field(default_factory=WeakKeyDictionary)

    def snapshot(self, world: World, proxy: Proxy, memo: Memo, shared: Shared) -> Snapshot:
        """Return what a proxy is to hold. Raises CompileError as `compile_snapshot` does."""
        whole = compile_snapshot(world, proxy, memo, shared).snapshot
        least = hosts_min(proxy, world)
        if least is None:
            return whole
        cut = on_demand(whole, least, self.pieces.setdefault(memo, Pieces()))
        return endpoints_apart(cut, ENDPOINTS_MIN, self._cuts(memo))

    def _cuts(self, memo: Memo) -> Cuts:
        """Return what was cut for a class before; a class without a past begins one."""
        known = self.cuts.get(memo)
        if known is None:
            known = self.cuts[memo] = Cuts(str(self.clock.now_s()))
        return known


def blamed(
    world: ClusterWorld, proxy: Proxy, memo: Memo, event: ProxyStatus
) -> tuple[Refused, ...]:
    """Compile the view again, which its memo makes cheap, and ask whose objects made it."""
    try:
        compiled = compile_snapshot(world.world, proxy, memo, world.shared)
    except ValueError:
        return tuple(Refused(*key) for key in event.refused)
    return blame(world.world, compiled, event.refused, event.error)


def compiling(clock: Clock) -> Compiling:
    """Return the functions that a board calls, with what they keep between calls."""
    return Compiling(proxy_from_node, proxy_class, Delivery(clock).snapshot, blamed)


@dataclass(frozen=True, slots=True)
class Received:
    """A frontend said something."""

    stream: int
    event: FromFrontend


@dataclass(frozen=True, slots=True)
class Closed:
    """A frontend's stream ended."""

    stream: int


@dataclass(frozen=True, slots=True)
class StoreChanged:
    """Somebody wrote to the Store, or the poll interval passed."""


Event = Received | Closed | StoreChanged


@dataclass(slots=True)
class Loop:
    """The compiler's single thread. `send` hands a message to a frontend's stream."""

    store: Store
    clock: Clock
    steps: Steps
    send: Callable[[int, FromCompiler], None]
    secrets: SecretSource = field(default_factory=lambda: SecretFolder(None))
    keys: KeyCache | None = None
    facts: FactSource = field(default_factory=NoFacts)
    board: Board = field(init=False)
    reader: WorldReader = field(init=False)
    targets: dict[ClusterName, Target] = field(default_factory=dict)
    unrecorded: dict[ProxyId, ProxyRecord] = field(default_factory=dict)
    absence: Absence = field(default_factory=Absence)
    debounce: Debounce = field(default_factory=Debounce)
    put_off_until_s: float | None = None

    def __post_init__(self) -> None:
        """Read worlds from the same Store, and name what is new by the same clock."""
        self.board = Board(compiling(self.clock))
        self.reader = WorldReader(self.store, self.secrets, self.keys, self.facts)

    def run(self, events: "queue.SimpleQueue[Event | None]") -> None:
        """Work until a None arrives."""
        while True:
            batch = [self._next(events)]
            while not events.empty():
                batch.append(events.get())
            if None in batch:
                return
            self.one_pass([event for event in batch if event is not None])

    def _next(self, events: "queue.SimpleQueue[Event | None]") -> Event | None:
        """Wait for an event, or until what was put off is due."""
        due_s = self.put_off_until_s
        try:
            wait_s = None if due_s is None else max(0.0, due_s - self.clock.monotonic_s())
            return events.get(timeout=wait_s)
        except queue.Empty:
            return StoreChanged()

    def one_pass(self, batch: Iterable[Event]) -> None:
        """Take a batch of events; a Store that is away now leaves the rest for the next pass."""
        for event in batch:
            if isinstance(event, Received):
                self._carry_out(self._received(event))
            elif isinstance(event, Closed):
                self._carry_out(self.board.closed(event.stream))
        try:
            if any(isinstance(event, StoreChanged) for event in batch):
                self._follow_targets()
                self._miss_absent()
            self._record()
        except TransientError as error:
            get_logger().warning("store not available", reason=error.reason)

    def _received(self, received: Received) -> Outcome:
        match received.event:
            case Hello():
                return self.board.hello(received.stream, received.event)
            case ProxyConnected():
                return self.board.connected(received.stream, received.event)
            case ProxyGone():
                return self.board.gone(received.stream, received.event)
            case ProxyStatus():
                return self.board.status(received.event)

    def _follow_targets(self) -> None:
        """Read what moved, compile and send it, cluster by cluster, below its commit's trace."""
        targets, self.put_off_until_s = self.store.targets(), None
        for cluster in self.targets.keys() - targets.keys():
            self._carry_out(self.board.removed(cluster))
            self.reader.forget([cluster])
            del self.targets[cluster]
        if targets != self.targets:
            self.facts.follow(self.reader.clusters(targets.values()))
        began_s, compiled = self.clock.monotonic_s(), False
        for cluster, target in sorted(targets.items()):
            try:
                news = self.reader.has_news(cluster) or self.reader.has_new_keys(cluster)
                if self.targets.get(cluster) != target or news:
                    if not self._may_compile(began_s):
                        break
                    compiled = True
                    self._move(target)
                    self.targets[cluster] = target
            except WaitingError as error:
                # The last good view stands until the cluster is seen.
                get_logger().info("cluster not seen yet", cluster=cluster, reason=error.reason)
            except RenderError as error:
                # The last good view stands; another try would give the same.
                get_logger().error("cluster not rendered", cluster=cluster, reason=str(error))
                self.targets[cluster] = target
        if compiled:
            self.debounce.compiled(began_s)

    def _may_compile(self, now_s: float) -> bool:
        """Say whether it is time to; if not, note until when it is put off."""
        ready_s = self.debounce.ready_s(now_s)
        self.put_off_until_s = ready_s if ready_s > now_s else None
        return self.put_off_until_s is None

    def _move(self, target: Target) -> None:
        """Compile one cluster for its new target."""
        started_s = self.clock.now_s()
        world = self.reader.read(target)
        self.steps.reached(names.TARGET_READ)
        span = tracing.start_span(
            "compile",
            world.revision.trace,
            {"cluster": target.cluster, "revision": target.revision},
            start_s=started_s,
        )
        faults: list[str] = []
        for outcome in self.board.moved(world, self.clock.now_s()):
            self._carry_out(outcome)
            faults += [fault.reason for fault in outcome.faults]
        tracing.end(span, self.clock.now_s(), "; ".join(faults) or None)
        self.steps.reached(names.VIEW_PUBLISHED)
        self.reader.trim(world.revision for world in self.board.worlds.values())

    def _miss_absent(self) -> None:
        """Record who has not come back."""
        now_s = self.clock.monotonic_s()
        if self.absence.is_due(now_s):
            records = self.store.proxies()
            for gone in self.absence.look(records, self.board.proxies, now_s):
                self.unrecorded[gone.id] = gone

    def _carry_out(self, outcome: Outcome) -> None:
        """Send at once; records wait for the end of the pass, so that no push waits for a disk."""
        for send in outcome.sends:
            self.send(send.stream, send.message)
        for record in outcome.records:
            self.unrecorded[record.id] = record
        for fault in outcome.faults:
            get_logger().error("view not compiled", cluster=fault.cluster, reason=fault.reason)

    def _record(self) -> None:
        """Write what proxies reported."""
        if not self.unrecorded:
            return
        self.store.record_proxies(self.unrecorded.values())
        self.unrecorded.clear()
        self.steps.reached(names.LIVE_RECORDED)
