"""Holds the Lease of one cluster: looks at it, takes it, renews it, and says until when it is ours.

The decisions are `libs.planning.leases`. `turn` is called every `RENEW_S` seconds by a thread that
does nothing else, so that a long round does not lose the cluster.
"""

import threading
from dataclasses import dataclass, field

from libs.kernel.looperrors import StalledError, TransientError, WaitingError
from libs.planning.leases import (
    KEY,
    RENEW_S,
    Now,
    Sighting,
    Take,
    decide,
    held_until_s,
    released,
    sighting,
)
from libs.ports.clock import Clock
from libs.ports.kubecluster import Done, KubeCluster, Refusal, Refused, WriteResult

_NOBODY = "nobody has looked at the lease of the cluster yet"
_LOST_RACES = frozenset({Refusal.STALE, Refusal.EXISTS, Refusal.ABSENT})
"""Somebody else was faster; who it was is seen at the next look."""


@dataclass(slots=True)
class ClusterLease:
    """One cluster's Lease as `identity` sees it; the identity is unique to the process."""

    cluster: KubeCluster
    clock: Clock
    identity: str
    _seen: Sighting | None = None
    _until_s: float = 0.0
    _reason: str = _NOBODY
    _holder: str = ""
    trouble: str = ""
    """Why nobody can own the cluster, as far as we see; empty where somebody does."""

    def deadline_s(self) -> float:
        """Return until when, on the monotonic clock, writes may be sent.

        Raises WaitingError when the cluster is not ours (any more), with whose it is. Ask before
        each layer, and hand the time to `KubeCluster.write`, which looks at it before each request.
        """
        if self.clock.monotonic_s() >= self._until_s:
            raise WaitingError(self._reason, RENEW_S)
        return self._until_s

    def turn(self) -> float:
        """Look once, do what is to be done, and return when to look again, in seconds.

        A server that is away leaves the time running.
        """
        try:
            return self._take()
        except (StalledError, TransientError, WaitingError) as error:
            self._troubled(f"the lease of {self.cluster.name} cannot be read: {error.reason}")
            return RENEW_S

    def release(self) -> None:
        """Give the cluster back, if it is ours, so that the next owner need not wait."""
        if self.clock.monotonic_s() >= self._until_s:
            return
        self._until_s = 0.0
        self._reason = f"{self.cluster.name} was given back"
        try:
            live = self.cluster.get(KEY)
        except (StalledError, TransientError, WaitingError):
            return
        if live is not None and live.body["spec"].get("holderIdentity") == self.identity:
            self.cluster.write([released(live, self._now())])

    def _take(self) -> float:
        live = self.cluster.get(KEY)
        self._seen = sighting(live, self._seen, self._now())
        step = decide(live, self._seen, self.identity, self._now())
        if not isinstance(step, Take):
            # Whoever else holds it has it for good: our own time is over, whatever we thought.
            self._until_s = 0.0
            self._reason = f"{self.cluster.name} is owned by {step.holder}"
            self._holder, self.trouble = step.holder, ""
            return step.retry_after_s
        until_s = held_until_s(self.clock.monotonic_s())
        (result,) = self.cluster.write([step.write], not_after_s=until_s)
        if isinstance(result, Done):
            self._seen = sighting(result.live, self._seen, self._now())
            self._until_s, self._holder, self.trouble = until_s, self.identity, ""
            self._reason = f"the lease of {self.cluster.name} was not renewed in time"
        else:
            self._not_taken(result)
        return RENEW_S

    def _not_taken(self, result: WriteResult) -> None:
        if isinstance(result, Refused) and result.code in _LOST_RACES:
            self._reason = f"somebody else takes {self.cluster.name}"
        elif not isinstance(result, Done):
            self._troubled(f"the lease of {self.cluster.name} cannot be taken: {result.reason}")

    def _troubled(self, reason: str) -> None:
        """Note what is in the way. Who knows another owner leaves it to him to say so."""
        self._reason = reason
        self.trouble = reason if self._holder in {"", self.identity} else ""

    def _now(self) -> Now:
        return Now(self.clock.monotonic_s(), self.clock.now_s())


@dataclass(slots=True)
class LeaseThread:
    """Turns one Lease until it is stopped, and gives it back then."""

    lease: ClusterLease
    _stopping: threading.Event = field(default_factory=threading.Event)
    _thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        """Make the thread; `start` starts it."""
        name = f"lease {self.lease.cluster.name}"
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to hold."""
        self._thread.start()

    def stop(self) -> None:
        """Give the cluster back and end."""
        self._stopping.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._stopping.wait(self.lease.turn())
        self.lease.release()
