"""One Envoy process: started over a bootstrap, asked through its admin page, always stopped."""

import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tools.child.process import Child, ChildError, ChildSpec
from tools.envoy import bootstrap
from tools.envoy.admin import Admin
from tools.envoy.install import envoy_path

READY_TIMEOUT_S = 20.0


class EnvoyProcess:
    """A started Envoy. Use it as a context manager, or call `start` and `stop`.

    Its files (`bootstrap.json`, `envoy.log`) are in `folder`; without one they are in a temporary
    folder that goes with the process. An Envoy that is started from the main thread dies with this
    process even when that is killed.
    """

    def __init__(
        self,
        config: Mapping[str, Any] | str,
        *,
        folder: Path | None = None,
        log_level: str = "warning",
        extra_args: tuple[str, ...] = (),
    ) -> None:
        """Take a bootstrap as mapping, YAML or JSON; nothing is started yet."""
        self._config = config
        self._owned = tempfile.TemporaryDirectory(prefix="envoy-") if folder is None else None
        self.folder = Path(self._owned.name) if self._owned else Path(folder or "")
        self.log_path = self.folder / "envoy.log"
        self.admin = Admin(self.folder / "admin.txt")
        self._args = ("--log-level", log_level, *extra_args)
        self._child: Child | None = None

    def __enter__(self) -> Self:
        """Start it and wait until the admin interface answers."""
        try:
            self.start()
            self.wait_admin()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop it, whatever happened."""
        self.stop()

    @property
    def pid(self) -> int:
        """Process id; ChildError before `start`."""
        return self._running().pid

    def start(self) -> None:
        """Start the process without waiting; also starts it again after `kill` or `stop`."""
        self.folder.mkdir(parents=True, exist_ok=True)
        path = self.folder / "bootstrap.json"
        bootstrap.write(self._config, path)
        self.admin.address_file.unlink(missing_ok=True)
        # Each Envoy here is alone on its files and ports: no hot restart, no shared base id.
        command = [str(envoy_path()), "-c", str(path), "--concurrency", "1"]
        command += ["--disable-hot-restart", "--admin-address-path", str(self.admin.address_file)]
        self._child = Child(ChildSpec("Envoy", [*command, *self._args], self.log_path))

    def stop(self) -> None:
        """Terminate, kill when that takes too long, remove a temporary folder. May be repeated."""
        if self._child is not None:
            self._child.stop()
        if self._owned is not None:
            self._owned.cleanup()

    def kill(self) -> None:
        """End it as a crash would, and wait until it is gone."""
        self._running().kill()

    def wait_admin(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Wait until the admin interface answers at all; ChildError after the timeout."""
        self._running().wait_until("answer on its admin interface", self.admin.answers, timeout_s)

    def wait_ready(self, timeout_s: float = READY_TIMEOUT_S) -> None:
        """Wait until all first resources are there (`/ready`); ChildError after the timeout."""
        self._running().wait_until("get ready", self.admin.is_ready, timeout_s)

    def _running(self) -> Child:
        if self._child is None:
            raise ChildError("Envoy was not started; call start() first.")
        return self._child
