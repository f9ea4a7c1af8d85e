"""Brings a database to the tables of today, in one transaction under a lock.

Two processes that start at once both call this: one works, the other waits and finds it done.
"""

from pathlib import Path

from sqlalchemy import Connection, Engine, inspect, text

from libs.adapters.sql.engine import WRITE, switch_on_wal
from libs.kernel.looperrors import StalledError

NEWEST = "0005"
"""The version that the code works with: the newest file below `migrations/versions`."""

_LOCK_KEY = 7_307_182_001
"""PostgreSQL advisory lock; any number that no other program on the database uses."""


def migrate(engine: Engine) -> None:
    """Upgrade to the newest tables; does nothing, and loads nothing, where they are there.

    Raises StalledError for tables that are newer than this program.
    """
    if engine.dialect.name == "sqlite":
        switch_on_wal(engine)
    with engine.connect() as connection:
        if _version(connection) == NEWEST:
            return
    with engine.connect() as connection:
        connection.execution_options(**{WRITE: True})
        with connection.begin():
            _lock(connection)
            _upgrade(connection, _version(connection))


def _lock(connection: Connection) -> None:
    """Wait for another process that migrates. SQLite's transaction already is the lock."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def _upgrade(connection: Connection, version: str | None) -> None:
    if version == NEWEST:
        return
    # alembic costs 17 MB and 0.2 s, which a process that finds its tables does not pay.
    from alembic import command
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if version is not None and version not in known:
        raise StalledError(
            f"the store's tables have version {version}, and this program knows them up to"
            f" {NEWEST}; run a Periplus at least as new as the one that wrote them"
        )
    command.upgrade(config, "head")
