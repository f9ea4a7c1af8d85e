"""What all tests of this folder take."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from libs.adapters.sql.tests.database import a_database


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    """A new SQLite file with the tables of today."""
    with a_database(tmp_path) as made:
        yield made
