"""Notices that somebody changes an object back as often as we heal it."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from libs.kernel.origins import ObjectKey

HEAT_MAX = 5.0
"""So many corrections within about a minute are a fight."""

COOLING_S = 60.0
"""After this time a correction counts for 1/e of what it did."""

_REASON = (
    "it was corrected {heat:.0f} times in short order and always changed back, so it is left alone;"
    " add the field to `ignore` of its set, or stop the other writer"
)


@dataclass(frozen=True, slots=True)
class Heat:
    """How hot an object was when it was last corrected, in seconds of a monotonic clock."""

    value: float
    at_s: float

    def now(self, now_s: float) -> float:
        """Return what is left of it."""
        return self.value * math.exp(-max(0.0, now_s - self.at_s) / COOLING_S)


@dataclass(frozen=True, slots=True)
class Fights:
    """Heats by object; each round makes a new one."""

    heats: Mapping[ObjectKey, Heat] = field(default_factory=dict)

    def corrected(self, keys: Iterable[ObjectKey], now_s: float) -> "Fights":
        """Return the heats after drift of these objects was healed; what is cold is forgotten."""
        warm = {key: one for key, one in self.heats.items() if one.now(now_s) >= 1 / math.e**3}
        for key in keys:
            former = warm.get(key)
            warm[key] = Heat((former.now(now_s) if former else 0.0) + 1.0, now_s)
        return Fights(warm)

    def fought(self, now_s: float) -> Mapping[ObjectKey, str]:
        """Return the objects to leave alone, with the reason."""
        hot = ((key, one.now(now_s)) for key, one in self.heats.items())
        return {key: _REASON.format(heat=heat) for key, heat in hot if heat >= HEAT_MAX - 1}
