"""Join tokens in memory: the twin of what `libs.adapters.sql` keeps."""

import threading
from dataclasses import dataclass, field

from libs.ports.jointokens import JoinToken


@dataclass(slots=True)
class FakeJoinTokens:
    """`JoinTokens` for one process. Safe to use from many threads."""

    _lock: threading.Lock = field(default_factory=threading.Lock)
    _tokens: dict[str, JoinToken] = field(default_factory=dict)

    def add_join_token(self, token: JoinToken, now_s: float) -> None:
        """Keep a token; those that have expired by `now_s` are forgotten."""
        with self._lock:
            kept = {key: one for key, one in self._tokens.items() if one.expires_at_s > now_s}
            self._tokens = kept | {token.hash: token}

    def join_token(self, token_hash: str) -> JoinToken | None:
        """Return a token that is not spent."""
        with self._lock:
            return self._tokens.get(token_hash)

    def spend_join_token(self, token_hash: str, now_s: float) -> bool:
        """Spend a token once, before it expires."""
        with self._lock:
            found = self._tokens.get(token_hash)
            if found is None or found.expires_at_s <= now_s:
                return False
            del self._tokens[token_hash]
            return True
