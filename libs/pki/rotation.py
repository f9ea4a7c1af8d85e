"""Replacing a root without a refused connection: trust first, sign then, forget last.

A proxy trusts what came with its certificate. So once every certificate that was issued before a
step has expired, every proxy that is live has renewed since, and lives with what the step gave it.
That moment is known without asking anybody: it is one longest life after the step.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from libs.kernel.looperrors import WaitingError

SETTLE_S: Final = 120.0
"""What is added for clocks that differ and for authorities that read the step late."""


class Phase(StrEnum):
    """How far a root is replaced."""

    STEADY = "steady"
    """one root is trusted, and it signs"""
    TRUSTING = "trusting"
    """both roots are trusted, the old one signs"""
    SIGNING = "signing"
    """both roots are trusted, the new one signs"""


_NEXT: Final = {
    Phase.STEADY: Phase.TRUSTING,
    Phase.TRUSTING: Phase.SIGNING,
    Phase.SIGNING: Phase.STEADY,
}


@dataclass(frozen=True, slots=True)
class Rotation:
    """A phase and when it began, in seconds since the epoch.

    `life_s_max` is the longest life that a workload's certificate may have, `settle_s` what is
    waited beyond it.
    """

    phase: Phase
    since_s: float
    life_s_max: float
    settle_s: float = SETTLE_S

    @property
    def settled_at_s(self) -> float:
        """When every live proxy lives with this phase, in seconds since the epoch."""
        return self.since_s + self.life_s_max + self.settle_s


def following(rotation: Rotation, now_s: float, *, hurry: bool = False) -> Rotation:
    """Return the next phase. Raises WaitingError while proxies may live with the one before.

    `hurry` does not wait: for a root whose key is known to others, where refused connections are
    the lesser harm.
    """
    left_s = rotation.settled_at_s - now_s
    if rotation.phase is not Phase.STEADY and left_s > 0 and not hurry:
        raise WaitingError(
            f"certificates from before the phase `{rotation.phase}` live for another"
            f" {left_s:.0f} seconds; their proxies would refuse the next one",
            left_s,
        )
    return Rotation(_NEXT[rotation.phase], now_s, rotation.life_s_max, rotation.settle_s)
