"""The authority's process: one asyncio loop that signs, and looks at its files now and then."""

import asyncio
import contextlib
import signal

from libs.adapters.cagrpc.server import CaServer
from libs.adapters.sql.store import open_store
from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.tokenreview.reviewer import ApiAccess, KubernetesTokenReviewer
from libs.adapters.xdsgrpc.tls import server_credentials
from libs.kernel.looperrors import StalledError
from libs.ports.jointokens import JoinTokens
from libs.ports.steps import Steps
from libs.telemetry.logs import get_logger
from libs.telemetry.setup import set_up
from services.ca.allowance import Allowance
from services.ca.authorities import Authorities
from services.ca.callers import Callers
from services.ca.serving import ServerNames, ServingIdentity
from services.ca.settings import CaSettings
from services.ca.signing import Lives, Signer

LOOK_S = 0.5
"""How often the files of authorities are looked at."""


def run(settings: CaSettings, _steps: Steps) -> None:
    """Serve until SIGTERM or SIGINT. Raises `StalledError` for settings that cannot work."""
    telemetry = set_up("ca", settings.telemetry)
    with contextlib.ExitStack() as exits:
        exits.callback(telemetry.close)
        tokens: JoinTokens | None = None
        if settings.store_url:
            store = open_store(settings.store_url)
            exits.callback(store.close)
            tokens = store
        asyncio.run(_serve(settings, tokens))


async def _serve(settings: CaSettings, tokens: JoinTokens | None) -> None:
    authorities = Authorities(settings.authorities, SystemClock())
    authorities.refresh()
    serving = _serving(settings, authorities)
    serving.renew(at_once=True)
    server = CaServer(_signer(settings, authorities, tokens))
    doors = [(settings.listen, server_credentials(serving.current, clients=False))]
    if settings.listen_mutual:
        mutual = server_credentials(serving.current, clients=True)
        doors.append((settings.listen_mutual, mutual))
    addresses = await server.start(doors)
    get_logger().info("ca ready", addresses=addresses, clusters=list(authorities.clusters()))
    looking = asyncio.create_task(_look(authorities, serving))
    stopping = asyncio.create_task(_stopped())
    try:
        # The look ends only by a bug, which must end the process and not go unseen.
        await asyncio.wait({looking, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if looking.done():
            looking.result()
    finally:
        await server.stop(settings.drain_s)
        for task in (looking, stopping):
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        get_logger().info("ca stopped")


def _serving(settings: CaSettings, authorities: Authorities) -> ServingIdentity:
    names = ServerNames(settings.trust_domain, settings.server_names, settings.server_addresses)
    cluster = settings.default_cluster or next(iter(authorities.clusters()))
    return ServingIdentity(authorities, names, cluster, settings.life_s, SystemClock(), SystemRng())


def _signer(settings: CaSettings, authorities: Authorities, tokens: JoinTokens | None) -> Signer:
    clock = SystemClock()
    reviewers = {
        one.cluster: KubernetesTokenReviewer(ApiAccess(one.server, one.authorities, one.token_file))
        for one in settings.reviewers
    }
    callers = Callers(
        settings.trust_domain,
        settings.default_cluster,
        clock,
        authorities.cluster_of,
        reviewers,
        tokens,
    )
    return Signer(
        authorities,
        callers,
        Allowance(clock, settings.signatures_per_minute_max),
        Lives(settings.life_s, settings.life_s_max),
        clock,
        SystemRng(),
    )


async def _look(authorities: Authorities, serving: ServingIdentity) -> None:
    """Follow the files. What is wrong with them is said, and the last good state goes on."""
    while True:
        await asyncio.sleep(LOOK_S)
        try:
            serving.renew(at_once=authorities.refresh())
        except StalledError as error:
            get_logger().warning("authorities unusable", reason=error.reason)


async def _stopped() -> None:
    """Wait for a signal that asks the process to end."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked.set)
    await asked.wait()
