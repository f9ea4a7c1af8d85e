"""One-time tokens: the row goes when the token is spent.

A token wakes nobody: `touch` is for what control loops look at.
"""

from sqlalchemy import Connection, delete, select

from libs.adapters.sql.schema import JOIN_TOKENS
from libs.adapters.sql.upserts import upsert
from libs.ports.jointokens import JoinToken


def insert_token(connection: Connection, token: JoinToken, now_s: float) -> None:
    """Keep a token, and forget those that have expired."""
    connection.execute(delete(JOIN_TOKENS).where(JOIN_TOKENS.c.expires_at_s <= now_s))
    row = {
        "hash": token.hash,
        "cluster": token.cluster,
        "namespace": token.namespace,
        "service_account": token.service_account,
        "expires_at_s": token.expires_at_s,
    }
    upsert(connection, JOIN_TOKENS, [row])


def read_token(connection: Connection, token_hash: str) -> JoinToken | None:
    """Return a token that is there."""
    found = connection.execute(select(JOIN_TOKENS).where(JOIN_TOKENS.c.hash == token_hash)).first()
    return JoinToken(**found._mapping) if found else None  # noqa: SLF001 - SQLAlchemy's own way


def spend_token(connection: Connection, token_hash: str, now_s: float) -> bool:
    """Take a token away, if it is there and has not expired; one writer at a time does so."""
    live = (JOIN_TOKENS.c.hash == token_hash) & (JOIN_TOKENS.c.expires_at_s > now_s)
    return connection.execute(delete(JOIN_TOKENS).where(live)).rowcount == 1
