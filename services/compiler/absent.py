"""Which recorded proxies are gone although nobody said so.

A frontend that is killed cannot report its proxies; they come back through another one within
seconds. Whoever does not come back within `ABSENT_S_MAX` is gone.
"""

from collections.abc import Container, Iterable
from dataclasses import dataclass, field, replace

from libs.kernel.ids import ProxyId
from libs.kernel.proxies import ProxyRecord, SyncStatus

ABSENT_S_MAX = 60.0
LOOK_EVERY_S = 10.0


@dataclass(slots=True)
class Absence:
    """Since when each recorded proxy has been missing, on a monotonic clock in seconds."""

    since_s: dict[ProxyId, float] = field(default_factory=dict)
    looked_s: float | None = None

    def is_due(self, now_s: float) -> bool:
        """Say whether it is time to look at the records again."""
        return self.looked_s is None or now_s - self.looked_s >= LOOK_EVERY_S

    def look(
        self, records: Iterable[ProxyRecord], connected: Container[ProxyId], now_s: float
    ) -> tuple[ProxyRecord, ...]:
        """Return the records of those that have been missing for too long, as gone."""
        self.looked_s = now_s
        missing = [
            record
            for record in records
            if record.id not in connected and record.status is not SyncStatus.GONE
        ]
        self.since_s = {record.id: self.since_s.get(record.id, now_s) for record in missing}
        return tuple(
            replace(record, status=SyncStatus.GONE)
            for record in missing
            if now_s - self.since_s[record.id] >= ABSENT_S_MAX
        )
