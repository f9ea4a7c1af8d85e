"""What `Store` promises to several processes, and to those that crash, on both databases."""

import random  # noqa: TID251 - seeded, to choose moments
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from libs.adapters.sql import watchpostgres
from libs.adapters.sql.store import open_store
from libs.kernel.looperrors import TransientError
from libs.ports.store import Store
from tests.contract.storedata import a_manifest, a_refused_state, a_state, accept_next, an_object
from tests.contract.storeplaces import SqlPlace, postgres_place, sqlite_place
from tests.contract.storeprocesses import Family, a_family

KILLS = 25
PASSWORD = "correct-horse-battery"


@pytest.fixture(scope="module")
def family() -> Iterator[Family]:
    """Processes that use a store and can be killed."""
    with a_family() as made:
        yield made


@pytest.fixture
def sqlite(tmp_path: Path) -> Iterator[SqlPlace]:
    """A file that does not exist yet."""
    place = sqlite_place(tmp_path)
    yield place
    place.close()


@pytest.fixture
def postgres(postgres_url: str) -> Iterator[SqlPlace]:
    """An empty database."""
    with postgres_place(postgres_url) as place:
        yield place


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> SqlPlace:
    """A place in each database."""
    made = request.getfixturevalue(request.param)
    assert isinstance(made, SqlPlace)
    return made


def test_two_processes_make_one_chain(place: SqlPlace, family: Family) -> None:
    """Writers that race append one behind the other; whoever was second reads again."""
    store = place.open()
    children = [family.start("race", place.url, writer, 20) for writer in ("a", "b")]
    for child in children:
        family.hear(child, "end")
    chain = store.revisions(100)[::-1]
    assert [revision.generation for revision in chain] == list(range(1, 41))
    assert [revision.parent for revision in chain] == [None, *(r.id for r in chain[:-1])]
    assert sum(revision.id.endswith("a") for revision in chain) == 20


def test_two_processes_count_the_targets_moves(place: SqlPlace, family: Family) -> None:
    """No move is lost when two processes move the same targets."""
    store = place.open()
    accept_next(store)
    children = [family.start("race_targets", place.url, 20) for _ in range(2)]
    for child in children:
        family.hear(child, "end")
    assert {target.generation for target in store.targets().values()} == {40}


def test_a_killed_writer_leaves_whole_writes(place: SqlPlace, family: Family) -> None:
    """Killed again and again at any moment, a writer leaves all or nothing, and what it said."""
    seeded = random.Random(20)  # noqa: S311 - repeatable
    store = place.open()
    # PostgreSQL's part of this is a lost connection, which it rolls back whatever the moment.
    for _ in range(KILLS if place.url.startswith("sqlite") else KILLS // 3):
        child = family.start("commit_forever", place.url)
        said = int(family.hear(child, "done"))
        time.sleep(seeded.uniform(0, 0.04))
        for words in family.kill(child):
            assert words[0] == "done", words
            said = int(words[1])
        _check_whole(store, said)


def _check_whole(store: Store, said: int) -> None:
    """Check all that one transaction has to keep together."""
    chain = store.revisions(1000)
    assert chain[0].generation >= said
    assert store.source(chain[0].source) == a_state(chain[0])
    newest = chain[:10]
    assert [r.generation for r in newest] == [chain[0].generation - at for at in range(len(newest))]
    targets = store.targets().values()
    assert len({(target.revision, target.generation) for target in targets}) == 1
    for revision in chain:
        for accepted in revision.sets:
            objects = [an_object(number, revision.generation) for number in range(40)]
            assert store.manifest(accepted.tree) == a_manifest(accepted.tree, objects)
            assert len(store.objects(item.hash for item in objects)) == 40


def test_a_process_killed_while_it_makes_the_tables_stops_nobody(
    sqlite: SqlPlace, tmp_path: Path, family: Family
) -> None:
    """Whatever moment an opening process dies in, the next one finds or makes the tables."""
    seeded = random.Random(21)  # noqa: S311 - repeatable
    midway = 0
    for _ in range(KILLS):
        place = sqlite_place(tmp_path)
        child = family.start("open_only", place.url)
        time.sleep(seeded.uniform(0, 0.2))
        midway += ["opened"] not in family.kill(child)
        assert accept_next(place.open()).generation == 1
        place.close()
    assert midway > 0


def test_processes_may_open_an_empty_place_at_once(place: SqlPlace, family: Family) -> None:
    """One makes the tables, the others wait and find them."""
    children = [family.start("open_only", place.url) for _ in range(4)]
    for child in children:
        family.hear(child, "opened")
    assert accept_next(place.open()).generation == 1


def test_a_change_wakes_another_process(
    place: SqlPlace, family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A write wakes a waiter elsewhere at once; on PostgreSQL the NOTIFY does it, not the poll."""
    monkeypatch.setattr(watchpostgres, "POLL_S", 25.0)
    store = place.open()
    token = store.change_token()
    child = family.start("record", place.url)
    began_s = time.monotonic()
    assert store.wait_for_change(token, 25) != token
    assert time.monotonic() - began_s < 10
    assert store.sources() == [a_refused_state()]
    family.hear(child, "end")


def test_without_notify_the_poll_finds_the_change(postgres: SqlPlace) -> None:
    """A change whose NOTIFY is lost is found all the same, a little later."""
    store = postgres.open()
    token = store.change_token()
    with psycopg.connect(postgres.url, autocommit=True) as other:
        other.execute("UPDATE changes SET count = count + 1")
    began_s = time.monotonic()
    assert store.wait_for_change(token, 20) != token
    assert time.monotonic() - began_s < 5


def test_a_full_disk_is_transient(sqlite: SqlPlace, family: Family) -> None:
    """Without room a write fails as a whole, with a sentence; with room again it goes on."""
    child = family.start("fill_disk", sqlite.url, 1_000_000)
    assert "cannot be used now" in family.hear(child, "full")
    number = int(family.hear(child, "stored"))
    store = sqlite.open()
    assert number > 1
    for at in range(number + 1):
        assert store.manifest(a_manifest(f"t{at}", []).tree) is not None


def test_a_read_only_store_can_be_read(place: SqlPlace) -> None:
    """Reading works without the right to write; writing is an error of the moment."""
    revision = accept_next(place.open())
    store = SqlPlace(_read_only(place.url)).open()
    assert store.newest_revision() == revision
    assert store.wait_for_change("", 1) == store.change_token()
    with pytest.raises(TransientError, match=r"read.?only"):
        store.record_source(a_refused_state())
    store.close()


def _read_only(url: str) -> str:
    if url.startswith("sqlite"):
        return url.replace("sqlite:///", "sqlite:///file:") + "?mode=ro&uri=true"
    return url + "?options=-c%20default_transaction_read_only%3Don"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////nonexistent-folder/store.db",
        f"postgresql://someone:{PASSWORD}@127.0.0.1:1/periplus",
        f"postgresql://someone@127.0.0.1:1/periplus?password={PASSWORD}",
        f"postgresql+psycopg://someone:{PASSWORD}@nowhere.invalid/periplus",
    ],
)
def test_an_unreachable_store_is_transient(url: str) -> None:
    """Opening fails with one sentence that names the place and never the password."""
    with pytest.raises(TransientError) as caught:
        open_store(url)
    assert PASSWORD not in caught.value.reason
    assert "\n" not in caught.value.reason
    assert "nonexistent-folder" in caught.value.reason or "periplus at" in caught.value.reason
    assert caught.value.__cause__ is None


def test_a_server_that_comes_back_is_used_again(postgres: SqlPlace, postgres_url: str) -> None:
    """While the database lets nobody in, calls are transient errors; afterwards they work."""
    store = postgres.open()
    revision = accept_next(store)
    token = store.change_token()
    name = postgres.url.rsplit("/", 1)[1]
    with psycopg.connect(postgres_url, autocommit=True) as server:
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS false')
        server.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
        )
        for call in (store.newest_revision, store.change_token, lambda: store.expire(1)):
            with pytest.raises(TransientError, match=name):
                call()
        server.execute(f'ALTER DATABASE "{name}" ALLOW_CONNECTIONS true')
    assert store.newest_revision() == revision
    assert store.change_token() == token
