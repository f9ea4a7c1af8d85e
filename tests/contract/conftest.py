"""Places for stores: what promises are asked of."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from libs.ports.store import Store
from tests.contract.storeplaces import FakePlace, StorePlace, postgres_place, sqlite_place


@pytest.fixture(params=["fake", "sqlite", "postgres"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[StorePlace]:
    """An empty place of each kind."""
    if request.param == "postgres":
        with postgres_place(request.getfixturevalue("postgres_url")) as postgres:
            yield postgres
        return
    made = FakePlace() if request.param == "fake" else sqlite_place(tmp_path)
    yield made
    made.close()


@pytest.fixture
def store(place: StorePlace) -> Store:
    """An empty store."""
    return place.open()
