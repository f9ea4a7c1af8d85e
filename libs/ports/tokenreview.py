"""Asks a cluster whose token it is that a caller shows."""

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class ReviewedAccount:
    """The service account that a token belongs to; `pod` is empty for a token of no pod."""

    namespace: str
    service_account: str
    pod: str = ""


class TokenReviewer(Protocol):
    """The API server of one cluster, which knows expired, deleted and forged tokens."""

    def review(self, token: str) -> ReviewedAccount | None:
        """Return whose token it is; None when it is nobody's, or was made for another audience.

        Raises `TransientError` when the cluster cannot be asked now, `StalledError` when it does
        not let us ask.
        """
        ...
