"""Wakes services, at its own pace: however many ask for it, each trigger waits once."""

import threading
from collections.abc import Iterable
from typing import Final

import httpx2

from libs.telemetry.logs import get_logger

TIMEOUT_S: Final = 5.0
"""Longest time that a service may take to say that it heard."""


class Wakes:
    """Triggers that are still to be told, and the thread that tells them.

    What cannot be told is logged and forgotten: every service looks for itself after a while.
    """

    def __init__(self) -> None:
        """Start with nothing to tell."""
        self._waiting: dict[str, None] = {}
        self._changed = threading.Condition()
        self._stopped = False
        self._thread = threading.Thread(target=self._run, name="wakes", daemon=True)

    def start(self) -> None:
        """Begin to tell."""
        self._thread.start()

    def stop(self) -> None:
        """Tell what waits, then end."""
        with self._changed:
            self._stopped = True
            self._changed.notify()
        self._thread.join()

    def wake(self, triggers: Iterable[str]) -> None:
        """Let these triggers be told soon; one that waits already waits once."""
        with self._changed:
            self._waiting.update(dict.fromkeys(triggers))
            self._changed.notify()

    def _run(self) -> None:
        with httpx2.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False) as client:
            while (trigger := self._next()) is not None:
                try:
                    client.post(trigger).raise_for_status()
                except httpx2.HTTPError as error:
                    get_logger().warning("not woken", trigger=trigger, error=type(error).__name__)

    def _next(self) -> str | None:
        """Wait for a trigger to tell; None when there is nothing left to do."""
        with self._changed:
            while not self._waiting and not self._stopped:
                self._changed.wait()
            return self._waiting.popitem()[0] if self._waiting else None
