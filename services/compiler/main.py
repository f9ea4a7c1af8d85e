"""The compiler process: one thread decides, the feed and a store watcher only wake it."""

import gc
import queue
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from libs.adapters.feed.server import FeedServer, StreamId
from libs.adapters.jwks.web import WebKeySets, networks
from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.kernel.looperrors import TransientError
from libs.ports.clock import Clock
from libs.ports.feed import FromFrontend
from libs.ports.steps import Steps
from libs.ports.store import Store
from libs.telemetry.logs import get_logger
from libs.telemetry.setup import set_up
from services.compiler.facts import FactSource, NoFacts
from services.compiler.keysets import KeyCache, KeyWatcher
from services.compiler.loop import Closed, Event, Loop, Received, StoreChanged
from services.compiler.secrets import secret_folder
from services.compiler.settings import CompilerSettings

RETRY_S = 0.2
STOP_S_MAX = 10.0


@dataclass(slots=True)
class FeedEvents:
    """Puts what frontends do into the compiler's queue."""

    events: "queue.SimpleQueue[Event | None]"

    def on_open(self, stream: StreamId) -> None:
        """A Hello follows; it opens the stream for the board."""

    def on_event(self, stream: StreamId, event: FromFrontend) -> None:
        """Queue an event."""
        self.events.put(Received(stream, event))

    def on_close(self, stream: StreamId) -> None:
        """Queue the end of a stream."""
        self.events.put(Closed(stream))


@dataclass(slots=True)
class StoreWatcher:
    """Puts a wake-up into the queue whenever the Store changed, and at least every `poll_s`."""

    store: Store
    clock: Clock
    poll_s: float
    events: "queue.SimpleQueue[Event | None]"
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Watch until stopped; a Store that is away is asked again."""
        token = ""
        while not self.stopping.is_set():
            try:
                token = self.store.wait_for_change(token, self.poll_s)
            except TransientError:
                self.clock.sleep(RETRY_S)
            self.events.put(StoreChanged())


def run(settings: CompilerSettings, steps: Steps) -> None:
    """Compile and feed until SIGTERM. Raises StalledError when the address or Store is unusable."""
    telemetry = set_up("compiler", settings.telemetry)
    clock = SystemClock()
    events: queue.SimpleQueue[Event | None] = queue.SimpleQueue()
    store = open_store(settings.store_url)
    server = FeedServer(settings.feed, FeedEvents(events))
    watcher = StoreWatcher(store, clock, settings.poll_s, events)
    secrets = secret_folder(settings.secrets_folder, settings.sealing_keys)
    keys = KeyCache(WebKeySets(networks(settings.key_networks)), clock)
    fetching = KeyWatcher(keys, lambda: events.put(StoreChanged()), settings.poll_s)
    stopping = threading.Event()
    facts, following = _facts(settings, clock, lambda: events.put(StoreChanged()))
    loop = Loop(
        store,
        clock,
        steps,
        lambda stream, event: server.send(StreamId(stream), event),
        secrets,
        keys,
        facts,
    )
    signal.signal(signal.SIGTERM, lambda *_: events.put(None))
    gc.freeze()
    address = server.start()
    get_logger().info("compiler ready", feed=address)
    threading.Thread(target=watcher.run, name="store", daemon=True).start()
    threading.Thread(target=fetching.run, name="keys", daemon=True).start()
    follower = threading.Thread(target=following, args=(stopping,), name="facts", daemon=True)
    follower.start()
    try:
        loop.run(events)
    finally:
        watcher.stopping.set()
        fetching.stopping.set()
        stopping.set()
        follower.join(STOP_S_MAX)
        server.stop()
        telemetry.close()


def _facts(
    settings: CompilerSettings, clock: Clock, wake: Callable[[], None]
) -> tuple[FactSource, Callable[[threading.Event], None]]:
    """Return where facts come from, and what follows them until it is told to stop.

    The library for API servers takes 0.4 seconds to load: only where there are any.
    """
    if settings.kubeconfig is None:
        return NoFacts(), lambda _stopping: None
    from libs.adapters.kube.cluster import KubeClient
    from libs.adapters.kube.connecting import Connector
    from libs.adapters.kube.execplugin import allowed_here
    from services.compiler.livefacts import LiveFacts

    client = KubeClient(clock, SystemRng())
    allowed = allowed_here(programs=settings.kubeconfig_exec)
    connector = Connector(client, settings.kubeconfig, allowed, settings.home_context)
    facts = LiveFacts(connector, clock, wake, settings.home_context)

    def follow(stopping: threading.Event) -> None:
        try:
            facts.run(stopping)
        finally:
            client.close()

    return facts, follow
