"""The loop: a pass, a wait for news, and again; a Store that is away is asked again."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field

from libs.kernel.looperrors import TransientError
from libs.ports.clock import Clock
from libs.ports.store import Store
from libs.rollout.result import Wait
from libs.telemetry.logs import get_logger

RETRY_S = 1.0
REST_S = 0.05
"""Least pause between two passes, however much is written."""


@dataclass(slots=True)
class Loop:
    """Brings rollouts forward until told to stop."""

    one_pass: Callable[[], Wait | None]
    store: Store
    clock: Clock
    poll_s: float
    stopping: threading.Event = field(default_factory=threading.Event)
    _said: str = ""

    def run(self) -> None:
        """Work until stopped."""
        token = ""
        while not self.stopping.is_set():
            try:
                self._say(self.one_pass())
                token = self.store.wait_for_change(token, self.poll_s)
                self.clock.sleep(REST_S)
            except TransientError as error:
                get_logger().warning("store not available", reason=error.reason)
                self.clock.sleep(RETRY_S)

    def stop(self) -> None:
        """End after the present pass; safe in a signal handler."""
        self.stopping.set()

    def _say(self, wait: Wait | None) -> None:
        """Say once what is waited for; counts and seconds in it are no news."""
        kind = wait.kind.value if wait is not None else ""
        if wait is not None and kind != self._said:
            get_logger().info("rollout waits", wait=kind, reason=wait.text)
        self._said = kind
