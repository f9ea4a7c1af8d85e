"""A SQLite file with the tables of today, and what the tests of this folder ask of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Engine, Table, event, func, select

from libs.adapters.sql.engine import make_engine, parse_url
from libs.adapters.sql.errors import Place
from libs.adapters.sql.migrate import migrate

PLACE = Place("store.db")


@contextmanager
def a_database(folder: Path) -> Iterator[Engine]:
    """Make the file and its tables."""
    engine = make_engine(parse_url(f"sqlite:///{folder}/store.db"))
    migrate(engine)
    yield engine
    engine.dispose()


def rows(engine: Engine, table: Table) -> int:
    """Count the rows of a table."""
    with engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar_one()


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """Collect the SQL that an engine runs."""
    seen: list[str] = []

    def note(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
