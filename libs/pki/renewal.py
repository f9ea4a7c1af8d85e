"""When a certificate is renewed: long before it expires, and not all at the same moment."""

from typing import Final

from libs.ports.rng import Rng

LIFE_S_DEFAULT: Final = 86_400.0
"""How long a workload's certificate lives, as in Istio."""

EARLIEST: Final = 0.45
LATEST: Final = 0.55
"""Shares of a life between which it is renewed; the other half is for authorities that are away."""

RETRY_S_MIN: Final = 0.5
RETRY_S_MAX: Final = 15.0
RETRIES_IN_LIFE: Final = 20
"""However short a life is, so many tries fit into what is left of it."""


def renewal_at_s(issued_at_s: float, valid_until_s: float, rng: Rng) -> float:
    """Return when to renew, in seconds since the epoch."""
    life_s = max(0.0, valid_until_s - issued_at_s)
    return issued_at_s + life_s * rng.uniform(EARLIEST, LATEST)


def retry_delay_s(failures: int, left_s: float, rng: Rng) -> float:
    """Return how long to wait after so many failures in a row, with `left_s` of life left."""
    longest_s = min(RETRY_S_MAX, RETRY_S_MIN * 2 ** min(failures, 10))
    if left_s > 0:
        longest_s = min(longest_s, max(RETRY_S_MIN / 4, left_s / RETRIES_IN_LIFE))
    return rng.uniform(longest_s / 2, longest_s)
