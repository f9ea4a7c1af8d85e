"""The frontend process: one asyncio loop with the feed's client and the proxies' server."""

import asyncio
import contextlib
import gc
import signal
from functools import partial

from libs.adapters.feed.client import FeedClient
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.xdsgrpc.clientstatus import StatusServer
from libs.adapters.xdsgrpc.limits import XdsLimits
from libs.adapters.xdsgrpc.loadreports import LoadReports
from libs.adapters.xdsgrpc.server import XdsServer
from libs.adapters.xdsgrpc.tls import server_credentials
from libs.ports.feed import FromFrontend
from libs.ports.steps import Steps
from libs.telemetry.logs import get_logger
from libs.telemetry.setup import set_up
from libs.xdsproto.loads import Loads
from services.xds.admission import Admission, ClustersByAuthority
from services.xds.certificate import FileHolding
from services.xds.frontend import Frontend
from services.xds.settings import ClusterProof, TlsSettings, XdsSettings

GC_THRESHOLD = 50_000
"""Allocations between two collections of young objects; views are large and have no cycles."""


EXPIRY_LOOK_S = 5.0
"""How often streams are looked through for certificates that have expired."""


def run(settings: XdsSettings, steps: Steps) -> None:
    """Serve until SIGTERM or SIGINT. Raises `StalledError` when the address is unusable."""
    telemetry = set_up("xds", settings.telemetry)
    gc.freeze()
    gc.set_threshold(GC_THRESHOLD, 20, 50)
    try:
        asyncio.run(_serve(settings, steps))
    finally:
        telemetry.close()


async def _serve(settings: XdsSettings, steps: Steps) -> None:
    rng = SystemRng()
    feed: FeedClient | None = None

    def send(event: FromFrontend) -> None:
        if feed is not None:
            feed.send(event)

    name = settings.frontend_id or rng.token_hex(4)
    tls = settings.tls
    own, admission, credentials = None, None, None
    if tls is not None:
        own = FileHolding(tls.chain, tls.key, tls.roots)
        own.read()
        admission = _admission(tls, own)
        credentials = server_credentials(own.current, clients=True)
    frontend = Frontend(name, SystemClock(), steps, send, admission)
    feed = FeedClient(settings.feed, frontend, rng)
    limits = XdsLimits(streams_max=settings.streams_max)
    server = XdsServer(
        settings.listen,
        frontend,
        limits=limits,
        credentials=credentials,
        shares_port=settings.shares_port,
    )
    loads = Loads()
    reports = LoadReports(loads, frontend.denial, settings.load_interval_s)
    server.also_serve(reports.handler())
    status = StatusServer(settings.status, server.open_streams, loads=loads)
    if admission is not None and own is not None and settings.status_readers:
        status = StatusServer(
            settings.status,
            server.open_streams,
            # Credentials belong to one server.
            credentials=server_credentials(own.current, clients=True),
            denial=partial(admission.denial, readers=frozenset(settings.status_readers)),
            loads=loads,
        )
    if settings.status:
        await status.start()
    address = await server.start()
    get_logger().info("xds ready", address=address, feed=settings.feed)
    following = asyncio.create_task(feed.run())
    stopping = asyncio.create_task(_stopped())
    ending = asyncio.create_task(_end_expired(frontend))
    try:
        # The feed's client ends only by a bug, which must end the process and not go unseen.
        await asyncio.wait({following, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if following.done():
            following.result()
    finally:
        await server.stop(settings.drain_s)
        await status.stop()
        for task in (following, stopping, ending):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        get_logger().info("xds stopped")


def _admission(tls: TlsSettings, own: FileHolding) -> Admission:
    """Return who is let in, by the roots of the handshakes."""
    clusters = None
    if tls.cluster_proof is ClusterProof.AUTHORITY:
        clusters = ClustersByAuthority(lambda: own.current().roots_pem, tls.default_cluster)
    return Admission(tls.trust_domain, SystemClock(), clusters)


async def _end_expired(frontend: Frontend) -> None:
    while True:
        await asyncio.sleep(EXPIRY_LOOK_S)
        frontend.end_expired()


async def _stopped() -> None:
    """Wait for a signal that asks the process to end."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked.set)
    await asked.wait()
