"""What gates ask outside: metrics, and services of the operator's own."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from libs.kernel.rollouts import Verdict


class GateError(Exception):
    """It cannot be asked, or the answer cannot be understood; one sentence."""


class Metrics(Protocol):
    """Instant queries of time series."""

    def values(self, address: str, query: str, stale_s: float) -> Sequence[float]:
        """Return the newest values, none older than `stale_s` seconds; none where there is no data.

        NaN and infinity are values. Raises GateError.
        """
        ...


class Hooks(Protocol):
    """A service that says whether a rollout may go on."""

    def verdict(
        self, url: str, told: Mapping[str, object], timeout_s: float
    ) -> tuple[Verdict, str]:
        """Tell the service of the rollout; return what it says, and why. Raises GateError."""
        ...
