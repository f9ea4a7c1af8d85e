"""The event loop that carries every cluster, in one thread of its own."""

import asyncio
import concurrent.futures
import contextlib
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
STOP_TIMEOUT_S = 5.0
CLOSING_S = 0.1


class LoopThread:
    """Runs coroutines for threads that wait for them, and tasks that nobody waits for."""

    def __init__(self) -> None:
        """Start the thread."""
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="kubernetes", daemon=True)
        self._thread.start()

    def wait(self, work: Coroutine[Any, Any, T]) -> T:
        """Return what `work` returns, or raise what it raises. May not be called by the thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def start(self, work: Coroutine[Any, Any, None]) -> "concurrent.futures.Future[None]":
        """Let `work` go on beside everything else; cancel what is returned to end it."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)

    def stop(self, last: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Cancel all work, do `last`, and end the thread. May be repeated."""
        if not self._thread.is_alive():
            return
        with contextlib.suppress(TimeoutError):
            ending = asyncio.run_coroutine_threadsafe(_ended(last), self._loop)
            ending.result(STOP_TIMEOUT_S)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(STOP_TIMEOUT_S)

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        try:
            self._loop.run_forever()
        finally:
            self._loop.close()


async def _ended(last: Callable[[], Coroutine[Any, Any, None]]) -> None:
    """Cancel every other task, let each clean up, and do what comes last."""
    others = [one for one in asyncio.all_tasks() if one is not asyncio.current_task()]
    for one in others:
        one.cancel()
    await asyncio.gather(*others, return_exceptions=True)
    await last()
    # Connections with TLS are closed by the loop some turns after they were told to.
    await asyncio.sleep(CLOSING_S)
