"""The first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make all tables."""
    _contents()
    _revisions()
    _rest()
    op.execute("INSERT INTO changes (id, count) VALUES (1, 0)")


def _text(name: str, *, key: bool = False, null: bool = False) -> "sa.Column[str]":
    return sa.Column(name, sa.Text, primary_key=key, nullable=null)


def _number(name: str, *, key: bool = False) -> "sa.Column[int]":
    return sa.Column(name, sa.Integer, primary_key=key, autoincrement=False, nullable=False)


def _names(name: str, other: str, *, key: bool = False, cascade: bool = False) -> "sa.Column[str]":
    reference = sa.ForeignKey(other, ondelete="CASCADE" if cascade else None)
    return sa.Column(name, sa.Text, reference, primary_key=key, nullable=False)


def _object_key() -> "list[sa.Column[str]]":
    return [_text("api_group"), _text("kind"), _text("namespace"), _text("name")]


def _contents() -> None:
    op.create_table(
        "objects",
        _text("hash", key=True),
        *_object_key(),
        sa.Column("body", sa.LargeBinary, nullable=False),
    )
    op.create_table("pages", _text("id", key=True), sqlite_with_rowid=False)
    op.create_table(
        "page_entries",
        _names("page", "pages.id", key=True, cascade=True),
        _number("position", key=True),
        _names("object", "objects.hash"),
        *_object_key(),
        _text("file"),
        _number("at_line"),
        _number("at_column"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_page_entries_object", "page_entries", ["object"])
    op.create_table("manifests", _text("tree", key=True), sqlite_with_rowid=False)
    op.create_table(
        "manifest_pages",
        _names("tree", "manifests.tree", key=True, cascade=True),
        _number("position", key=True),
        _names("page", "pages.id"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_manifest_pages_page", "manifest_pages", ["page"])


def _revisions() -> None:
    op.create_table(
        "revisions",
        _text("id", key=True),
        _text("parent", null=True),
        sa.Column("generation", sa.BigInteger, nullable=False, unique=True),
        _text("source"),
        _text("commit_id"),
        _names("fleet", "manifests.tree"),
        _text("renderer_version"),
        sa.Column("notes", sa.LargeBinary, nullable=False),
        _text("trace", null=True),
    )
    op.create_index("ix_revisions_fleet", "revisions", ["fleet"])
    op.create_table(
        "revision_sets",
        _names("revision", "revisions.id", key=True, cascade=True),
        _text("name", key=True),
        _text("source"),
        _text("commit_id"),
        _names("tree", "manifests.tree"),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_revision_sets_tree", "revision_sets", ["tree"])
    op.create_table(
        "targets",
        _text("cluster", key=True),
        _names("revision", "revisions.id"),
        sa.Column("generation", sa.BigInteger, nullable=False),
    )
    op.create_index("ix_targets_revision", "targets", ["revision"])


def _rest() -> None:
    op.create_table(
        "changes", _number("id", key=True), sa.Column("count", sa.BigInteger, nullable=False)
    )
    op.create_table(
        "sources",
        _text("name", key=True),
        _text("head", null=True),
        sa.Column("refusals", sa.LargeBinary, nullable=False),
        sa.Column("warnings", sa.LargeBinary, nullable=False),
        _text("fault", null=True),
    )
    op.create_table(
        "proxies",
        _text("id", key=True),
        _text("cluster"),
        _text("status"),
        _text("snapshot", null=True),
        _text("live_revision", null=True),
        sa.Column("live_at_s", sa.Double),
        sa.Column("carried", sa.Boolean, nullable=False),
        _text("error", null=True),
    )
