"""How much each proxy sends where, as proxies report it themselves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from libs.kernel.ids import ProxyId, ResourceName

CLUSTERS_MAX: Final = 1_000


@dataclass(frozen=True, slots=True)
class Load:
    """Requests of one proxy to one cluster in `interval_s` seconds.

    `requests` were sent, `errors` of them failed, `dropped` were not sent at all; `in_progress` are
    those without an answer at the end.
    """

    cluster: ResourceName
    interval_s: float
    requests: int
    errors: int
    dropped: int
    in_progress: int


@dataclass(slots=True)
class Loads:
    """The newest report of each proxy that is connected."""

    _known: dict[ProxyId, tuple[Load, ...]] = field(default_factory=dict)

    def note(self, proxy: ProxyId, loads: Iterable[Load]) -> None:
        """Take a report; of too many clusters the busiest stay."""
        busiest = sorted(loads, key=lambda one: (-one.requests, one.cluster))
        self._known[proxy] = tuple(busiest[:CLUSTERS_MAX])

    def leave(self, proxy: ProxyId) -> None:
        """Forget a proxy that reports no more."""
        self._known.pop(proxy, None)

    def of(self, containing: str) -> Mapping[ProxyId, tuple[Load, ...]]:
        """Return the reports of the proxies whose id contains a text; empty means all."""
        return {proxy: one for proxy, one in self._known.items() if containing in proxy}
