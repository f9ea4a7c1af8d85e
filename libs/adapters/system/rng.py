"""The real source of randomness."""

import random  # noqa: TID251 - this is the one place that draws real random numbers
import secrets

_SYSTEM = random.SystemRandom()


class SystemRng:
    """`Rng` from the operating system; needs no seed and is safe to use after a fork."""

    __slots__ = ()

    def token_hex(self, nbytes: int) -> str:
        """Return `nbytes` random bytes as lower-case hexadecimal text, fit for secrets."""
        return secrets.token_hex(nbytes)

    def uniform(self, low: float, high: float) -> float:
        """Return a number between `low` and `high`, both possible."""
        return _SYSTEM.uniform(low, high)
