"""How the loop is woken: by a trigger, a signal, or time."""

import queue
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Wake:
    """Why the loop runs again. `noticed_at_s` is the first trigger's time since the epoch."""

    noticed_at_s: float | None = None
    stop: bool = False


@dataclass(slots=True)
class Waker:
    """Gathers triggers from other threads. Its queue may be put to inside a signal handler."""

    _events: "queue.SimpleQueue[Wake]" = field(default_factory=queue.SimpleQueue)

    def trigger(self, at_s: float) -> None:
        """Somebody says that there may be something new; `at_s` is now, since the epoch."""
        self._events.put(Wake(noticed_at_s=at_s))

    def stop(self) -> None:
        """Ask the loop to end."""
        self._events.put(Wake(stop=True))

    def wait(self, timeout_s: float) -> Wake:
        """Wait for the next reason to run; many triggers become one."""
        try:
            gathered = [self._events.get(timeout=timeout_s)]
        except queue.Empty:
            return Wake()
        while not self._events.empty():
            gathered.append(self._events.get_nowait())
        times = [wake.noticed_at_s for wake in gathered if wake.noticed_at_s is not None]
        return Wake(min(times, default=None), any(wake.stop for wake in gathered))
