"""Tests of how tables come about."""

import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from libs.adapters.sql import migrate as module
from libs.adapters.sql.engine import make_engine, parse_url
from libs.adapters.sql.migrate import NEWEST, migrate
from libs.adapters.sql.schema import METADATA
from libs.adapters.sql.store import open_store
from libs.adapters.sql.tests.database import statements
from libs.kernel.looperrors import StalledError


def test_migrations_lead_to_the_tables_of_today(engine: Engine) -> None:
    """Tables, columns, types, keys and indices are those that the code states."""
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_migrations_lead_to_the_same_tables_on_postgresql(postgres_url: str) -> None:
    """The other database has no tables of its own kind."""
    engine = make_engine(parse_url(postgres_url))
    migrate(engine)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_newest_version_is_the_last_file() -> None:
    """The constant that spares loading alembic names the head of one unbroken chain."""
    config = Config()
    folder = Path(module.__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder))
    config.set_main_option("path_separator", "os")
    assert ScriptDirectory.from_config(config).get_heads() == [NEWEST]


def test_tables_of_today_are_left_alone(engine: Engine) -> None:
    """Opening again only reads the version."""
    with statements(engine) as seen:
        migrate(engine)
    assert not [statement for statement in seen if "CREATE" in statement or "INSERT" in statement]


def test_newer_tables_are_refused(engine: Engine, tmp_path: Path) -> None:
    """A program that is too old says so and touches nothing."""
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(StalledError, match=r"version 9999.*up to 0005"):
        open_store(f"sqlite:///{tmp_path}/store.db")
    with engine.connect() as connection:
        assert (
            connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == "9999"
        )


def test_a_file_that_is_no_database_is_for_a_person(tmp_path: Path) -> None:
    """Damage is not tried again and again."""
    (tmp_path / "store.db").write_bytes(b"this is no database, however long it is " * 100)
    with pytest.raises(StalledError, match="restore it"):
        open_store(f"sqlite:///{tmp_path}/store.db")


def test_a_migration_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tables are made whole or not at all."""
    engine = make_engine(parse_url(f"sqlite:///{tmp_path}/other.db"))
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE proxies (id TEXT)"))
    with pytest.raises(Exception, match="already exists"):
        migrate(engine)
    with engine.connect() as connection:
        names = connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
        assert names.scalars().all() == ["proxies"]
    engine.dispose()


def test_a_process_that_finds_its_tables_loads_no_more_than_it_needs(
    engine: Engine, tmp_path: Path
) -> None:
    """Neither alembic nor PostgreSQL's driver costs memory where SQLite is up to date."""
    program = (
        "import sys; from libs.adapters.sql.store import open_store;"
        f"open_store('sqlite:///{tmp_path}/store.db').close();"
        "print(sorted({'alembic', 'mako', 'psycopg', 'sqlalchemy.orm'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=True, capture_output=True, text=True
    )
    assert done.stdout.strip() == "[]"
