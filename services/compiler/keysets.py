"""Key sets of the worlds' tokens, fetched beside the compiler's thread, kept while they are used.

What was fetched last counts until it is fetched anew: an issuer that is away ends nothing.
"""

import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from libs.envoy import jwks
from libs.kernel.ids import ClusterName
from libs.ports.clock import Clock
from libs.ports.keysets import KeySetError, KeySets
from libs.telemetry.logs import get_logger

REFRESH_S = 1200.0
"""How old a set may become, as Istio has it."""

RETRY_S = 30.0
"""How long an address that gave nothing is left alone."""

ADDRESSES_MAX = 1000


@dataclass(slots=True)
class KeyCache:
    """Sets by address. `due` may run in another thread than the others."""

    sets: KeySets
    clock: Clock
    _wanted: dict[ClusterName, frozenset[str]] = field(default_factory=dict)
    _held: dict[str, str] = field(default_factory=dict, repr=False)
    _next_s: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def of(self, cluster: ClusterName, addresses: Iterable[str]) -> Mapping[str, str]:
        """Return the sets that are there of those that a cluster wants from now on."""
        wanted = frozenset(sorted(addresses)[:ADDRESSES_MAX])
        with self._lock:
            self._wanted[cluster] = wanted
            return {one: self._held[one] for one in sorted(wanted & self._held.keys())}

    def known(self, cluster: ClusterName) -> Mapping[str, str]:
        """Return the same for what the cluster wanted last."""
        with self._lock:
            wanted = self._wanted.get(cluster, frozenset())
            return {one: self._held[one] for one in sorted(wanted & self._held.keys())}

    def forget(self, clusters: Iterable[ClusterName]) -> None:
        """Drop what only departed clusters used."""
        with self._lock:
            for cluster in clusters:
                self._wanted.pop(cluster, None)
            left = frozenset().union(*self._wanted.values())
            for gone in self._next_s.keys() - left:
                self._next_s.pop(gone)
                self._held.pop(gone, None)

    def refresh(self) -> bool:
        """Fetch what is due; say whether a set is another one now."""
        now_s = self.clock.monotonic_s()
        with self._lock:
            wanted = frozenset().union(*self._wanted.values())
            due = sorted(one for one in wanted if self._next_s.get(one, now_s) <= now_s)
        changed = [one for one in due if self._fetched(one, now_s)]
        return bool(changed)

    def _fetched(self, address: str, now_s: float) -> bool:
        try:
            found = self._usable(address)
        except KeySetError as error:
            get_logger().warning("keys not fetched", reason=str(error))
            with self._lock:
                self._next_s[address] = now_s + RETRY_S
            return False
        with self._lock:
            changed = self._held.get(address) != found
            self._held[address] = found
            self._next_s[address] = now_s + REFRESH_S
        return changed

    def _usable(self, address: str) -> str:
        found = self.sets.fetch(address)
        if not jwks.usable(found):
            raise KeySetError(f"what is at `{address}` has no key that can verify")
        return found


@dataclass(slots=True)
class KeyWatcher:
    """Fetches keys until stopped, and wakes whoever compiles when some are new."""

    cache: KeyCache
    wake: Callable[[], None]
    poll_s: float
    stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look for what is due every `poll_s`."""
        while not self.stopping.wait(self.poll_s):
            if self.cache.refresh():
                self.wake()
