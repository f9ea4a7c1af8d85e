"""The tables as they are now. How a database gets there is told by `migrations`.

A manifest is a list of pages, and a page is a run of entries named by its content: a set of ten
thousand objects in which one changed shares all but one or two pages with its predecessor.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Double,
    ForeignKey,
    Integer,
    LargeBinary,
    MetaData,
    Table,
)

from libs.adapters.sql.columns import PlainText

METADATA = MetaData()

KEY_COLUMNS = ("api_group", "kind", "namespace", "name")
"""The columns that hold an `ObjectKey`, in the order of its fields."""


def _key_columns(*, primary: bool = False) -> list[Column[str]]:
    return [Column(name, PlainText, primary_key=primary, nullable=False) for name in KEY_COLUMNS]


CHANGES = Table(
    "changes",
    METADATA,
    # Exactly one row, with id 1. Each write transaction locks it first and counts it up last.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("count", BigInteger, nullable=False),
)

SOURCES = Table(
    "sources",
    METADATA,
    Column("name", PlainText, primary_key=True),
    Column("head", PlainText),
    Column("refusals", LargeBinary, nullable=False),
    Column("warnings", LargeBinary, nullable=False),
    Column("fault", PlainText),
)

OBJECTS = Table(
    "objects",
    METADATA,
    Column("hash", PlainText, primary_key=True),
    *_key_columns(),
    Column("body", LargeBinary, nullable=False),
)

PAGES = Table(
    "pages",
    METADATA,
    Column("id", PlainText, primary_key=True),
    sqlite_with_rowid=False,
)

PAGE_ENTRIES = Table(
    "page_entries",
    METADATA,
    Column("page", ForeignKey("pages.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("object", ForeignKey("objects.hash"), nullable=False, index=True),
    *_key_columns(),
    Column("file", PlainText, nullable=False),
    Column("at_line", Integer, nullable=False),
    Column("at_column", Integer, nullable=False),
    sqlite_with_rowid=False,
)

MANIFESTS = Table(
    "manifests",
    METADATA,
    Column("tree", PlainText, primary_key=True),
    sqlite_with_rowid=False,
)

MANIFEST_PAGES = Table(
    "manifest_pages",
    METADATA,
    Column("tree", ForeignKey("manifests.tree", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    Column("page", ForeignKey("pages.id"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

REVISIONS = Table(
    "revisions",
    METADATA,
    Column("id", PlainText, primary_key=True),
    # No foreign key: the parent may have expired.
    Column("parent", PlainText),
    Column("generation", BigInteger, nullable=False, unique=True),
    Column("source", PlainText, nullable=False),
    Column("commit_id", PlainText, nullable=False),
    Column("fleet", ForeignKey("manifests.tree"), nullable=False, index=True),
    Column("renderer_version", PlainText, nullable=False),
    Column("notes", LargeBinary, nullable=False),
    Column("trace", PlainText),
    Column("author", PlainText, nullable=False, server_default=""),
)

REVISION_SETS = Table(
    "revision_sets",
    METADATA,
    Column("revision", ForeignKey("revisions.id", ondelete="CASCADE"), primary_key=True),
    Column("name", PlainText, primary_key=True),
    Column("source", PlainText, nullable=False),
    Column("commit_id", PlainText, nullable=False),
    Column("tree", ForeignKey("manifests.tree"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

TARGETS = Table(
    "targets",
    METADATA,
    Column("cluster", PlainText, primary_key=True),
    Column("revision", ForeignKey("revisions.id"), nullable=False, index=True),
    Column("generation", BigInteger, nullable=False),
)

PROXIES = Table(
    "proxies",
    METADATA,
    Column("id", PlainText, primary_key=True),
    Column("cluster", PlainText, nullable=False),
    Column("status", PlainText, nullable=False),
    Column("snapshot", PlainText),
    # No foreign key: what was live once may have expired.
    Column("live_revision", PlainText),
    Column("live_at_s", Double),
    Column("carried", Boolean, nullable=False),
    Column("error", PlainText),
    # No foreign key: the revision may have expired.
    Column("about", PlainText),
    Column("versions", LargeBinary),
    Column("refused", LargeBinary),
)

INVENTORY = Table(
    "inventory",
    METADATA,
    Column("cluster", PlainText, primary_key=True),
    *_key_columns(primary=True),
    Column("version", PlainText, nullable=False),
    Column("set_name", PlainText, nullable=False),
    Column("phase", PlainText, nullable=False),
    # No foreign key: what was applied once may have expired.
    Column("desired", PlainText, nullable=False),
    Column("uid", PlainText, nullable=False),
    Column("generation", BigInteger, nullable=False),
    Column("owned", PlainText, nullable=False),
    sqlite_with_rowid=False,
)

REPORTS = Table(
    "reports",
    METADATA,
    Column("cluster", PlainText, primary_key=True),
    Column("report", LargeBinary, nullable=False),
)

CONFIRMATIONS = Table(
    "confirmations",
    METADATA,
    Column("cluster", PlainText, primary_key=True),
    Column("plan", PlainText, nullable=False),
)

JOIN_TOKENS = Table(
    "join_tokens",
    METADATA,
    Column("hash", PlainText, primary_key=True),
    Column("cluster", PlainText, nullable=False),
    Column("namespace", PlainText, nullable=False),
    Column("service_account", PlainText, nullable=False),
    Column("expires_at_s", Double, nullable=False),
)

ROLLOUTS = Table(
    "rollouts",
    METADATA,
    # At most one row, with id 1: the rollout that is under way, or the last one.
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("generation", BigInteger, nullable=False),
    # What it comes from and goes to must not expire while it may go either way.
    Column("base", PlainText),
    Column("revision", PlainText, nullable=False),
    Column("state", LargeBinary, nullable=False),
)

ROLLOUT_EVENTS = Table(
    "rollout_events",
    METADATA,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("event", LargeBinary, nullable=False),
)
