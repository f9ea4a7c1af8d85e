"""How many certificates one identity may get in a minute."""

from collections import OrderedDict
from dataclasses import dataclass, field

from libs.pki.spiffe import SpiffeId
from libs.ports.clock import Clock

WINDOW_S = 60.0
IDENTITIES_MAX = 100_000
"""Beyond these the longest unseen are forgotten."""


@dataclass(slots=True)
class Allowance:
    """Fixed windows: `per_minute_max` certificates for an identity in each."""

    clock: Clock
    per_minute_max: int
    _used: "OrderedDict[SpiffeId, tuple[float, int]]" = field(default_factory=OrderedDict)

    def take(self, identity: SpiffeId) -> bool:
        """Use one; False when the identity has had all of this minute."""
        now_s = self.clock.monotonic_s()
        since_s, count = self._used.pop(identity, (now_s, 0))
        if now_s - since_s >= WINDOW_S:
            since_s, count = now_s, 0
        allowed = count < self.per_minute_max
        self._used[identity] = (since_s, count + allowed)
        while len(self._used) > IDENTITIES_MAX:
            self._used.popitem(last=False)
        return allowed
