"""Tells people on the objects themselves what a round came to, at a limited pace.

Nobody relies on it: what is refused, or too much, is not told there. The report has everything.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from libs.kernel.inventory import ClusterReport
from libs.kernel.origins import ObjectKey
from libs.planning.telling import Notice, condition, event, notices
from libs.ports.clock import Clock
from libs.ports.kubecluster import Body, KubeCluster, LiveObject, Write

AT_ONCE_MAX = 50
"""So many notices may come at once."""
PER_S = 1.0
"""So many more are allowed each second, up to `AT_ONCE_MAX`."""


@dataclass(slots=True)
class Teller:
    """What may be told in one cluster. `instance` is the name of this process in Events."""

    cluster: KubeCluster
    clock: Clock
    instance: str
    _left: float = float(AT_ONCE_MAX)
    _since_s: float = 0.0

    def tell(
        self,
        reports: tuple[ClusterReport, ClusterReport | None],
        lives: Mapping[ObjectKey, LiveObject],
        desired: Mapping[ObjectKey, Body],
        *,
        by_status: bool,
        not_after_s: float | None,
    ) -> None:
        """Write what a report says that the former one did not, conditions only with `by_status`.

        An answer changes nothing: whoever may not write Events has the report.
        """
        found = self._allowed(list(notices(*reports)))
        now_s = self.clock.now_s()
        writes: list[Write] = []
        for notice in found:
            live = lives.get(notice.key)
            regarding = live.body if live is not None else desired.get(notice.key, {})
            writes.append(event(notice, regarding, now_s, self.instance))
            if live is not None and by_status:
                said = condition(notice, live, now_s)
                writes += [said] if said is not None else []
        if writes:
            self.cluster.write(writes, not_after_s=not_after_s)

    def _allowed(self, found: list[Notice]) -> list[Notice]:
        """Return the first of them, as many as the pace allows."""
        now_s = self.clock.monotonic_s()
        self._left = min(AT_ONCE_MAX, self._left + (now_s - self._since_s) * PER_S)
        self._since_s = now_s
        kept = found[: int(self._left)]
        self._left -= len(kept)
        return kept
