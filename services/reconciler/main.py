"""The reconciler process: one thread follows the Store, one more works for each cluster."""

import gc
import platform
import signal
import threading
from collections.abc import Callable
from functools import lru_cache

from libs.adapters.kube.cluster import KubeClient
from libs.adapters.kube.connecting import Connector
from libs.adapters.kube.execplugin import allowed_here
from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.desired.fleetview import FleetView
from libs.desired.stored import RevisionReader
from libs.kernel.ids import RevisionId
from libs.kernel.looperrors import TransientError
from libs.ports.rng import Rng
from libs.ports.steps import Steps
from libs.ports.store import Store
from libs.telemetry.logs import get_logger
from libs.telemetry.setup import set_up
from services.reconciler.direction import StoredDirection
from services.reconciler.onecluster import Shared
from services.reconciler.sealed import opening_with
from services.reconciler.settings import ReconcilerSettings
from services.reconciler.workers import Workers

RETRY_S = 1.0
VIEWS_KEPT = 8
GC_THRESHOLD = 20_000
"""Requests and their answers are no garbage in cycles; what a cluster has is looked through less
often than Python would by itself."""


def run(settings: ReconcilerSettings, steps: Steps) -> None:
    """Reconcile until SIGTERM or SIGINT. Raises StalledError when the Store is unusable."""
    telemetry = set_up("reconciler", settings.telemetry)
    clock, rng, store = SystemClock(), SystemRng(), open_store(settings.store_url)
    reading, opening = threading.Lock(), opening_with(settings.sealing_keys)
    reader = RevisionReader(store)
    direction, me = StoredDirection(store, reader, opening, reading), identity(rng)
    shared = Shared(store, clock, steps, direction, me)
    client = KubeClient(clock, rng)
    allowed = allowed_here(programs=settings.kubeconfig_exec)
    connector = Connector(client, settings.kubeconfig, allowed, settings.home_context)
    view = _views(store, reader, reading)
    workers = Workers(shared, connector.connect, view, settings.listen_s, me)
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 50)
    get_logger().info("reconciler ready", kubeconfig=str(settings.kubeconfig))
    try:
        _follow(workers, store, settings.poll_s, stopping)
    finally:
        workers.stop()
        client.close()
        telemetry.close()


def identity(rng: Rng) -> str:
    """Return a name for the owner of clusters: of this machine, and of this process alone."""
    return f"{platform.node()}_{rng.token_hex(8)}"


def _follow(workers: Workers, store: Store, poll_s: float, stopping: threading.Event) -> None:
    """Follow the Store until stopped; one that is away is asked again."""
    token = ""
    while not stopping.is_set():
        try:
            workers.follow()
            token = store.wait_for_change(token, poll_s)
        except TransientError as error:
            get_logger().warning("store not available", reason=error.reason)
            workers.shared.clock.sleep(RETRY_S)


def _views(
    store: Store, reader: RevisionReader, reading: threading.Lock
) -> Callable[[RevisionId], FleetView]:
    """Return what reads the fleet of a revision; those of a few are kept."""

    @lru_cache(VIEWS_KEPT)
    def view(revision: RevisionId) -> FleetView:
        with reading:
            found = store.revision(revision)
            if found is None:
                raise TransientError(f"revision {revision} is not in the store")
            return reader.view(found)

    return view
