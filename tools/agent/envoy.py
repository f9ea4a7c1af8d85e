"""The Envoy that an agent runs: started from a bootstrap, drained before it ends."""

import asyncio
import contextlib
import json
import os
from dataclasses import dataclass
from pathlib import Path

from libs.kernel.looperrors import StalledError
from libs.telemetry.logs import get_logger
from tools.agent.options import EnvoyOptions
from tools.envoy.admin import Admin, AdminError

KILL_AFTER_S = 5.0
_OWNER_ONLY = 0o600


@dataclass(slots=True)
class RunningEnvoy:
    """A process. It has no credentials in its files or arguments: those come over the socket."""

    options: EnvoyOptions
    folder: Path
    _process: asyncio.subprocess.Process | None = None

    @property
    def admin(self) -> Admin:
        """Its admin interface."""
        return Admin(self.folder / "admin.txt")

    async def start(self) -> None:
        """Start it. Raises `StalledError` when there is no such program."""
        bootstrap = self.folder / "bootstrap.json"
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        with os.fdopen(os.open(bootstrap, flags, _OWNER_ONLY), "w", encoding="utf-8") as file:
            json.dump(self.options.bootstrap, file)
        self.admin.address_file.unlink(missing_ok=True)
        command = [self.options.binary, "-c", str(bootstrap), "--disable-hot-restart"]
        command += ["--admin-address-path", str(self.admin.address_file), *self.options.arguments]
        try:
            self._process = await asyncio.create_subprocess_exec(*command)
        except OSError as error:
            raise StalledError(
                f"{self.options.binary}: {error.strerror}; name an Envoy by --envoy"
            ) from error
        get_logger().info("Envoy started", pid=self._process.pid)

    async def wait(self) -> int:
        """Return the status with which it ended by itself."""
        if self._process is None:
            raise RuntimeError("Envoy was not started")
        return await self._process.wait()

    async def stop(self) -> None:
        """Drain its listeners while calls end, then end it, at last by force."""
        process = self._process
        if process is None or process.returncode is not None:
            return
        drain_s = self.options.drain_s
        if drain_s > 0:
            with contextlib.suppress(AdminError):
                await asyncio.to_thread(self.admin.post, "/drain_listeners?graceful&skip_exit")
                await _within(process, drain_s)
        if process.returncode is None:
            process.terminate()
            await _within(process, KILL_AFTER_S)
        if process.returncode is None:
            process.kill()
            await process.wait()
        get_logger().info("Envoy stopped", status=process.returncode)


async def _within(process: asyncio.subprocess.Process, seconds: float) -> None:
    """Wait for an end, but not for longer."""
    with contextlib.suppress(asyncio.TimeoutError):
        await asyncio.wait_for(process.wait(), seconds)
