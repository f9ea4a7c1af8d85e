"""One-time tokens by which hosts join, kept as hashes."""

from dataclasses import dataclass
from typing import Protocol

from libs.kernel.ids import ClusterName


@dataclass(frozen=True, slots=True)
class JoinToken:
    """Who may be joined by the token with this hash, until then in seconds since the epoch."""

    hash: str
    cluster: ClusterName
    namespace: str
    service_account: str
    expires_at_s: float


class JoinTokens(Protocol):
    """Tokens that were made and not spent.

    All methods raise `TransientError` and `StalledError` as `Store` does.
    """

    def add_join_token(self, token: JoinToken, now_s: float) -> None:
        """Keep a token; those that have expired by `now_s` are forgotten. Idempotent."""
        ...

    def join_token(self, token_hash: str) -> JoinToken | None:
        """Return a token that is not spent, expired or not; None for all others."""
        ...

    def spend_join_token(self, token_hash: str, now_s: float) -> bool:
        """Spend a token: True for exactly one caller of all processes, and only before it expires.

        Whoever comes later gets False.
        """
        ...
