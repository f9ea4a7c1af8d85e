"""Rollouts with their history, authors of commits, and what the status of a proxy is about."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make tables and columns."""
    op.add_column("revisions", sa.Column("author", sa.Text, nullable=False, server_default=""))
    op.add_column("proxies", sa.Column("about", sa.Text))
    op.create_table(
        "rollouts",
        sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("generation", sa.BigInteger, nullable=False),
        sa.Column("base", sa.Text),
        sa.Column("revision", sa.Text, nullable=False),
        sa.Column("state", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "rollout_events",
        sa.Column("position", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("event", sa.LargeBinary, nullable=False),
    )
