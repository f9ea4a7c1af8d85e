"""Places for stores, and the record of what passed on a real API server."""

import ast
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest

from libs.ports.store import Store
from tests.contract.storeplaces import FakePlace, StorePlace, postgres_place, sqlite_place
from tools.kubeapi.fleet import Fleet
from tools.kubeapi.pool import pooled
from tools.tidy import realcases

ROOT = Path(__file__).resolve().parents[2]
PASSED = pytest.StashKey[set[str]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Let a run against a real API server be written down."""
    parser.addoption(
        "--record",
        action="store_true",
        help="write down which cases of the API server's contract passed on a real one",
    )


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Remember the cases that passed on a real API server."""
    report = yield
    chosen = getattr(item, "callspec", None)
    is_real = chosen is not None and chosen.params.get("server") == "real"
    if is_real and report.when == "call" and report.passed:
        name = getattr(item, "originalname", item.name)
        item.session.stash.setdefault(PASSED, set()).add(name)
    return report


@pytest.fixture(scope="session", autouse=True)
def _recorded(request: pytest.FixtureRequest) -> Iterator[None]:
    """Write the record at the end of a run that was asked for one."""
    if not request.config.getoption("--record", default=False):
        yield
        return
    fleet: Fleet = request.getfixturevalue("kube_fleet")
    yield
    version = pooled(fleet)[0].call("GET", "/version").body["gitVersion"]
    digests = realcases.digests(ast.parse((ROOT / realcases.CASES).read_text(encoding="utf-8")))
    passed = request.session.stash.get(PASSED, set())
    text = realcases.record({name: digests[name] for name in sorted(passed)}, version)
    (ROOT / realcases.RECORD).write_text(text, encoding="utf-8")


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
