"""What a proxy acknowledged by type, and what it refused."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add both to the proxies."""
    op.add_column("proxies", sa.Column("versions", sa.LargeBinary))
    op.add_column("proxies", sa.Column("refused", sa.LargeBinary))
