"""Questions about many keys at once, within what one statement may carry."""

from collections.abc import Collection, Iterator
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, select

AnyRow = Row[*tuple[Any, ...]]
AnySelect = Select[*tuple[Any, ...]]

KEYS_PER_STATEMENT_MAX = 500
"""SQLite builds of distributions allow from 999 variables upwards."""


def chunks(values: Collection[str]) -> Iterator[list[str]]:
    """Cut keys into lists that one statement may carry."""
    listed = list(values)
    for start in range(0, len(listed), KEYS_PER_STATEMENT_MAX):
        yield listed[start : start + KEYS_PER_STATEMENT_MAX]


def rows_of(
    connection: Connection, query: AnySelect, key: "Column[Any]", values: Collection[str]
) -> Iterator[AnyRow]:
    """Yield the rows of `query` whose `key` is one of `values`, in no order."""
    for chunk in chunks(values):
        yield from connection.execute(query.where(key.in_(chunk)))


def present(connection: Connection, key: "Column[Any]", values: Collection[str]) -> set[str]:
    """Return those of `values` that stand in a column."""
    return {row[0] for row in rows_of(connection, select(key), key, values)}
