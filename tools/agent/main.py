"""Runs an agent until SIGTERM, Ctrl-C, or the end of its Envoy."""

import asyncio
import contextlib
import signal
from collections.abc import AsyncIterator, Coroutine
from typing import Any

from libs.adapters.system.clock import SystemClock
from libs.adapters.system.rng import SystemRng
from libs.adapters.xdsgrpc.server import XdsServer
from libs.adapters.xdsgrpc.services import SECRETS
from libs.pki.holding import Holding
from libs.telemetry.logs import get_logger
from tools.agent.envoy import RunningEnvoy
from tools.agent.keeping import keep, kept
from tools.agent.obtaining import Obtaining
from tools.agent.options import AgentOptions
from tools.agent.renewing import Renewing
from tools.agent.secrets import AgentSecrets

SOCKET_FOLDER_MODE = 0o700


def run(options: AgentOptions) -> int:
    """Run it; the status is that of the Envoy, 0 when we were asked to end.

    Raises `StalledError` for what cannot work.
    """
    return asyncio.run(_run(options))


async def _run(options: AgentOptions) -> int:
    options.folder.mkdir(mode=SOCKET_FOLDER_MODE, parents=True, exist_ok=True)
    options.folder.chmod(SOCKET_FOLDER_MODE)
    stopping = asyncio.create_task(_stopped())
    secrets, first = AgentSecrets(), asyncio.Event()
    renewing = _renewing(options, secrets, first)
    held = kept(options.keep, SystemClock().now_s()) if options.keep else None
    async with _serving(options, secrets), _working(renewing.run(held)) as work:
        waiting = asyncio.create_task(first.wait())
        done = await _first(waiting, work, stopping)
        if done is not waiting:
            waiting.cancel()
            return 0
        get_logger().info("agent ready", socket=str(options.socket))
        if options.envoy is None:
            await _first(work, stopping)
            return 0
        return await _beside(RunningEnvoy(options.envoy, options.folder), work, stopping)


async def _beside(
    envoy: RunningEnvoy, work: "asyncio.Task[None]", stopping: "asyncio.Task[None]"
) -> int:
    """Run the Envoy; whoever started us decides what follows when it ends by itself."""
    await envoy.start()
    ending = asyncio.create_task(envoy.wait())
    try:
        if await _first(ending, work, stopping) is not ending:
            return 0
        status = ending.result()
        get_logger().warning("Envoy ended", status=status)
        return status if status > 0 else 1
    finally:
        await envoy.stop()
        await ending


def _renewing(options: AgentOptions, secrets: AgentSecrets, first: asyncio.Event) -> Renewing:
    clock = SystemClock()

    def publish(held: Holding) -> None:
        secrets.hold(held)
        first.set()
        if options.keep is not None:
            try:
                keep(options.keep, held)
            except OSError as error:
                get_logger().warning("certificate not kept", reason=str(error))

    obtaining = Obtaining(options.authority, options.identity, options.cluster, clock)
    return Renewing(obtaining.obtain, publish, clock, SystemRng())


@contextlib.asynccontextmanager
async def _serving(options: AgentOptions, secrets: AgentSecrets) -> AsyncIterator[None]:
    """Serve at the socket; its folder is open to nobody else."""
    options.socket.unlink(missing_ok=True)
    server = XdsServer(f"unix:{options.socket}", secrets, services=[SECRETS])
    await server.start()
    try:
        yield
    finally:
        await server.stop(0)


@contextlib.asynccontextmanager
async def _working(work: Coroutine[Any, Any, None]) -> AsyncIterator["asyncio.Task[None]"]:
    """Run the renewals beside; they end only by a bug, which must end the agent."""
    task = asyncio.create_task(work)
    try:
        yield task
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _first(*tasks: "asyncio.Task[None] | asyncio.Task[bool] | asyncio.Task[int]") -> object:
    """Return the task that is done first; a failure of any is raised."""
    done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    for task in done:
        if task.exception() is not None:
            task.result()
    return next(task for task in tasks if task in done)


async def _stopped() -> None:
    """Wait for a signal that asks the process to end."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, asked.set)
    await asked.wait()
