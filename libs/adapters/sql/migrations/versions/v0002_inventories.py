"""Inventories, reports and confirmations of clusters."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_KEYS = ("cluster", "api_group", "kind", "namespace", "name")
_TEXTS = ("version", "set_name", "phase", "desired", "uid", "owned")


def upgrade() -> None:
    """Make the tables of the reconciler."""
    op.create_table(
        "inventory",
        *(_text(name, key=True) for name in _KEYS),
        *(_text(name) for name in _TEXTS),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "reports", _text("cluster", key=True), sa.Column("report", sa.LargeBinary, nullable=False)
    )
    op.create_table("confirmations", _text("cluster", key=True), _text("plan"))


def _text(name: str, *, key: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, primary_key=key, nullable=False)
