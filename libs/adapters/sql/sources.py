"""Sources: how far each repository was looked at."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select

from libs.adapters.sql import codec
from libs.adapters.sql.lookups import AnyRow
from libs.adapters.sql.schema import SOURCES
from libs.adapters.sql.transactions import touch
from libs.adapters.sql.upserts import upsert
from libs.kernel.ids import SourceName
from libs.kernel.revisions import SourceState


def read_source(connection: Connection, name: SourceName) -> SourceState | None:
    """Return one source."""
    query = select(SOURCES).where(SOURCES.c.name == name)
    row = connection.execute(query).one_or_none()
    return None if row is None else _state(row)


def read_sources(connection: Connection) -> Sequence[SourceState]:
    """Return all sources by name; sorted here, since databases disagree about order of text."""
    states = [_state(row) for row in connection.execute(select(SOURCES))]
    return sorted(states, key=lambda state: state.name)


def write_source(connection: Connection, state: SourceState) -> None:
    """Replace a source. One that is there just so costs no write and wakes nobody."""
    if put_source(connection, state):
        touch(connection)


def put_source(connection: Connection, state: SourceState) -> bool:
    """Replace a source within a larger change; say whether anything differed."""
    if read_source(connection, state.name) == state:
        return False
    upsert(connection, SOURCES, [_row(state)])
    return True


def _state(row: AnyRow) -> SourceState:
    return SourceState(
        name=row.name,
        head=row.head,
        refusals=codec.load_refusals(row.refusals),
        warnings=codec.load_messages(row.warnings),
        fault=row.fault,
    )


def _row(state: SourceState) -> dict[str, Any]:
    return {
        "name": state.name,
        "head": state.head,
        "refusals": codec.dump_refusals(state.refusals),
        "warnings": codec.dump_messages(state.warnings),
        "fault": state.fault,
    }
