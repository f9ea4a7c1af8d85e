"""What `Store` promises, asked of SQLite, PostgreSQL and the twin in memory alike."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from libs.kernel.ids import (
    ClusterName,
    CommitId,
    ObjectHash,
    PlanHash,
    ResourceName,
    RevisionId,
    SourceName,
    TreeHash,
    Version,
)
from libs.kernel.origins import Origin
from libs.kernel.proxies import Refused, SyncStatus
from libs.kernel.revisions import Manifest, SourceState, Target
from libs.kernel.xds import CLUSTER, ROUTE
from libs.ports.store import StaleGenerationError, Store
from tests.contract.storedata import (
    CLUSTERS,
    FLEET,
    SOURCE,
    a_manifest,
    a_proxy,
    a_record,
    a_refused_state,
    a_report,
    a_revision,
    a_state,
    accept_next,
    an_object,
    targets_to,
)
from tests.contract.storeplaces import StorePlace


def test_an_empty_store_knows_nothing(store: Store) -> None:
    """Everything that was never written is None or empty."""
    assert store.source(SOURCE) is None
    assert store.sources() == []
    assert store.manifest(TreeHash("t")) is None
    assert store.objects([ObjectHash("a")]) == {}
    assert store.revision(RevisionId("r1")) is None
    assert store.newest_revision() is None
    assert store.revisions(5) == []
    assert store.targets() == {}
    assert store.proxies() == []
    assert store.expire(3) == []


def test_a_source_comes_back_as_it_was(store: Store) -> None:
    """Refusals, warnings and the fault keep every field."""
    store.record_source(a_refused_state())
    assert store.source(SOURCE) == a_refused_state()


def test_a_source_is_replaced_whole(store: Store) -> None:
    """A later state leaves nothing of the earlier one."""
    store.record_source(a_refused_state())
    store.record_source(SourceState(SOURCE, None))
    assert store.source(SOURCE) == SourceState(SOURCE, None)


def test_sources_come_by_name(store: Store) -> None:
    """Sources are sorted as code points sort, whatever order they came in."""
    states = [SourceState(SourceName(name), None) for name in ("b", "ä", "B", "a-1", "a1")]
    for state in states:
        store.record_source(state)
    assert store.sources() == sorted(states, key=lambda state: state.name)


def test_contents_come_back_as_they_were(place: StorePlace) -> None:
    """Objects and manifests, with every key, file, line and column, survive for another process."""
    objects = [an_object(number) for number in range(25)]
    manifest = a_manifest("t", objects)
    place.open().add_contents(objects, [manifest, FLEET])
    other = place.open()
    assert other.manifest(manifest.tree) == manifest
    assert other.manifest(FLEET.tree) == FLEET
    assert other.objects(item.hash for item in objects) == {item.hash: item for item in objects}


def test_objects_returns_only_what_is_there(store: Store) -> None:
    """An unknown hash is left out; one that is asked for twice comes once."""
    store.add_contents([an_object(1)], [])
    asked = [an_object(1).hash, an_object(2).hash, an_object(1).hash]
    assert store.objects(asked) == {an_object(1).hash: an_object(1)}


def test_contents_stay_as_they_were_first(store: Store) -> None:
    """What has a hash or a tree that is stored already changes nothing."""
    first = an_object(1, body=b"first")
    store.add_contents([first], [a_manifest("t", [first])])
    token = store.change_token()
    store.add_contents([an_object(1, body=b"second")], [Manifest(TreeHash("t"), ())])
    assert store.objects([first.hash]) == {first.hash: first}
    assert store.manifest(TreeHash("t")) == a_manifest("t", [first])
    assert store.change_token() == token


def test_a_manifest_may_hold_equal_entries(store: Store) -> None:
    """Order and repetition of entries are kept, even where pieces of the manifest are equal."""
    objects = [an_object(number) for number in range(300)] * 2
    manifest = a_manifest("t", objects)
    flat = replace(
        manifest, entries=tuple(replace(e, origin=Origin("a")) for e in manifest.entries)
    )
    store.add_contents(objects, [flat])
    assert store.manifest(flat.tree) == flat


def test_manifests_that_share_most_objects_stay_apart(store: Store) -> None:
    """A set in which objects were added, changed and removed reads right in every version."""
    objects = [an_object(number) for number in range(400)]
    changed = [*objects[:100], an_object(100, version=1), *objects[101:]]
    versions = [objects, changed, objects[1:], [an_object(999), *objects], objects[:200], []]
    manifests = [a_manifest(f"t{at}", version) for at, version in enumerate(versions)]
    for manifest, version in zip(manifests, versions, strict=True):
        store.add_contents(version, [manifest])
    for manifest in manifests:
        assert store.manifest(manifest.tree) == manifest


def test_a_manifest_without_its_objects_is_refused(store: Store) -> None:
    """A manifest whose objects expired meanwhile is not stored, nor what came with it."""
    with pytest.raises(StaleGenerationError, match="not stored"):
        store.add_contents([an_object(1)], [a_manifest("t", [an_object(1), an_object(2)])])
    assert store.manifest(TreeHash("t")) is None
    assert store.objects([an_object(1).hash]) == {}


def test_ten_thousand_objects_fit(store: Store) -> None:
    """A large set is stored and read whole."""
    objects = [an_object(number) for number in range(10_000)]
    manifest = a_manifest("large", objects)
    store.add_contents(objects, [manifest])
    assert store.manifest(manifest.tree) == manifest
    found = store.objects(item.hash for item in objects)
    assert found == {item.hash: item for item in objects}


@pytest.mark.parametrize("size_bytes", [0, 1, 5_000_000])
def test_a_body_may_be_large_or_empty(store: Store, size_bytes: int) -> None:
    """Bodies are bytes of any length and value."""
    item = an_object(1, body=(bytes(range(256)) * (size_bytes // 256 + 1))[:size_bytes])
    store.add_contents([item], [])
    assert store.objects([item.hash]) == {item.hash: item}


def test_any_language_and_sign_comes_back(store: Store) -> None:
    """Names, files and sentences keep signs of every plane, combining ones and controls."""
    odd = "Größe 日本 \N{PILE OF POO} e\u0301 \u202e\u200d '\"%s:x\\ \x01\x7f"
    state = replace(a_refused_state(), name=SourceName(odd), fault=odd)
    store.record_source(state)
    item = replace(an_object(1), key=replace(an_object(1).key, name=odd))
    manifest = a_manifest(odd, [item])
    entry = replace(manifest.entries[0], origin=Origin(odd, 2, 3))
    store.add_contents([item], [replace(manifest, entries=(entry,))])
    proxy = replace(a_proxy(1), error=odd)
    store.record_proxies([proxy])
    assert store.source(SourceName(odd)) == state
    assert store.manifest(TreeHash(odd)) == replace(manifest, entries=(entry,))
    assert store.objects([item.hash]) == {item.hash: item}
    assert store.proxies() == [proxy]


def test_a_revision_comes_back_as_it_was(place: StorePlace) -> None:
    """A revision and its source are there together, with every field."""
    store = place.open()
    store.add_contents([], [FLEET, a_manifest("t1", []), a_manifest("t2", [])])
    revision = a_revision(1, None, ["t1", "t2"])
    store.accept(revision, a_state(revision))
    other = place.open()
    assert other.revision(revision.id) == revision
    assert other.newest_revision() == revision
    assert other.source(SOURCE) == a_state(revision)


def test_revisions_come_newest_first(store: Store) -> None:
    """At most as many as asked for, newest first."""
    made = [accept_next(store) for _ in range(4)]
    assert store.revisions(3) == made[:0:-1]
    assert store.revisions(100) == made[::-1]
    assert store.revisions(0) == []


def test_accepting_again_changes_nothing(store: Store) -> None:
    """A writer that lost the reply may accept once more."""
    revision = accept_next(store)
    token = store.change_token()
    store.accept(revision, a_state(revision))
    assert store.revisions(5) == [revision]
    assert store.change_token() == token


def test_accepting_again_late_brings_no_old_state_back(store: Store) -> None:
    """Where others went on since, the source keeps the newer state."""
    first = accept_next(store)
    second = accept_next(store)
    store.accept(first, a_state(first))
    assert store.source(SOURCE) == a_state(second)


def test_an_id_is_not_taken_twice(store: Store) -> None:
    """A revision with the id of another, at another place in the chain, is a bug that shows."""
    first = accept_next(store)
    with pytest.raises(ValueError, match="another"):
        store.accept(replace(first, generation=2, parent=first.id), a_state(first))


@pytest.mark.parametrize(
    ("generation", "parent"),
    [(2, None), (3, "r1"), (1, "r1"), (2, "r0"), (4, "r2"), (3, None)],
)
def test_a_revision_that_does_not_follow_is_refused(
    store: Store, generation: int, parent: str | None
) -> None:
    """Only the next generation upon the newest revision is taken, and nothing else is written."""
    accept_next(store)
    newest = accept_next(store)
    revision = a_revision(generation, parent, writer="-other")
    with pytest.raises(StaleGenerationError):
        store.accept(revision, a_state(fault="never"))
    assert store.newest_revision() == newest
    assert store.revision(revision.id) is None
    assert store.source(SOURCE) == a_state(newest)


@pytest.mark.parametrize(("generation", "parent"), [(2, None), (1, "r0"), (0, None)])
def test_the_first_revision_has_no_parent(
    store: Store, generation: int, parent: str | None
) -> None:
    """An empty store takes generation 1 without a parent only."""
    store.add_contents([], [FLEET])
    with pytest.raises(StaleGenerationError):
        store.accept(a_revision(generation, parent), a_state())
    assert store.newest_revision() is None


def test_a_revision_without_its_manifests_is_refused(store: Store) -> None:
    """A revision whose contents expired meanwhile is not taken."""
    store.add_contents([], [FLEET])
    with pytest.raises(StaleGenerationError, match="not stored"):
        store.accept(a_revision(1, None, ["t1"]), a_state())
    assert store.newest_revision() is None
    assert store.source(SOURCE) is None


def test_targets_move_one_generation_at_a_time(store: Store) -> None:
    """A target starts with generation 1 and counts up."""
    first, second = accept_next(store), accept_next(store)
    store.move_targets(targets_to(first, 1))
    store.move_targets([Target(CLUSTERS[0], second.id, 2)])
    assert store.targets() == {
        CLUSTERS[0]: Target(CLUSTERS[0], second.id, 2),
        CLUSTERS[1]: Target(CLUSTERS[1], first.id, 1),
        CLUSTERS[2]: Target(CLUSTERS[2], first.id, 1),
    }


@pytest.mark.parametrize("generation", [0, 1, 3])
def test_a_stale_target_moves_none(store: Store, generation: int) -> None:
    """When one generation does not follow, no target of the call moves."""
    revision = accept_next(store)
    store.move_targets([Target(CLUSTERS[0], revision.id, 1)])
    moves = [Target(CLUSTERS[1], revision.id, 1), Target(CLUSTERS[0], revision.id, generation)]
    with pytest.raises(StaleGenerationError):
        store.move_targets(moves)
    assert store.targets() == {CLUSTERS[0]: Target(CLUSTERS[0], revision.id, 1)}


def test_a_target_names_a_stored_revision(store: Store) -> None:
    """A target cannot move to a revision that never was or has expired."""
    accept_next(store)
    with pytest.raises(StaleGenerationError, match="not stored"):
        store.move_targets([Target(CLUSTERS[0], RevisionId("r9"), 1)])
    assert store.targets() == {}


def test_removed_targets_start_again(store: Store) -> None:
    """A cluster that comes back begins with generation 1; unknown clusters do no harm."""
    revision = accept_next(store)
    store.move_targets(targets_to(revision, 1))
    store.remove_targets([CLUSTERS[0], ClusterName("unknown")])
    assert sorted(store.targets()) == list(CLUSTERS[1:])
    store.move_targets([Target(CLUSTERS[0], revision.id, 1)])
    assert sorted(store.targets()) == list(CLUSTERS)


def test_proxies_are_replaced_by_id(store: Store) -> None:
    """The later record of a proxy counts, within one call as well; they come by id."""
    store.record_proxies([a_proxy(2), a_proxy(1)])
    refused = replace(
        a_proxy(2, SyncStatus.REFUSED),
        error="no such cluster",
        versions=((CLUSTER, Version("v1")), (ROUTE, Version("v2"))),
        refused=(
            Refused(ROUTE, ResourceName("80"), ((an_object(1).key, Origin("a.yaml", 3, 5)),)),
            Refused(CLUSTER, ResourceName("c")),
        ),
    )
    gone = replace(a_proxy(1, SyncStatus.GONE), snapshot=None, live_revision=None, live_at_s=None)
    store.record_proxies([a_proxy(1, SyncStatus.STALE), refused, gone])
    assert store.proxies() == [gone, refused]


def test_expire_keeps_the_newest_and_what_targets_name(store: Store) -> None:
    """Revisions go in the order of generations, but neither the newest nor a target's."""
    made = [accept_next(store) for _ in range(6)]
    store.move_targets([Target(CLUSTERS[0], made[1].id, 1)])
    assert store.expire(2) == [made[0], made[2], made[3]]
    assert store.revisions(10) == [made[5], made[4], made[1]]
    assert store.expire(2) == []


def test_expire_never_drops_the_newest(store: Store) -> None:
    """The chain goes on even when nothing is to be kept."""
    made = [accept_next(store) for _ in range(2)]
    assert store.expire(0) == made[:1]
    assert accept_next(store).generation == 3


def test_expire_drops_only_contents_that_nothing_names(store: Store) -> None:
    """Objects and manifests that a remaining revision shares with a dropped one stay."""
    shared, old, new = an_object(1), an_object(2), an_object(3)
    store.add_contents([shared, old], [a_manifest("t1", [shared, old]), a_manifest("same", [])])
    accept_next(store, ["t1", "same"])
    store.add_contents([new], [a_manifest("t2", [shared, new])])
    accept_next(store, ["t2", "same"])
    store.expire(1)
    assert store.manifest(TreeHash("t1")) is None
    assert store.manifest(TreeHash("t2")) == a_manifest("t2", [shared, new])
    assert store.manifest(TreeHash("same")) == a_manifest("same", [])
    assert store.manifest(FLEET.tree) == FLEET
    assert store.objects([shared.hash, old.hash, new.hash]).keys() == {shared.hash, new.hash}


def test_expired_contents_can_come_back(store: Store) -> None:
    """A set that returns to an old tree is stored again, also by who has read it before."""
    manifest = a_manifest("t1", [an_object(1)])
    store.add_contents([an_object(1)], [manifest])
    accept_next(store, ["t1"])
    assert store.manifest(manifest.tree) == manifest
    accept_next(store)
    store.expire(1)
    assert store.manifest(manifest.tree) is None
    store.add_contents([an_object(1)], [manifest])
    accept_next(store, ["t1"])
    assert store.manifest(manifest.tree) == manifest


Write = Callable[[Store], object]

_WRITES: dict[str, Write] = {
    "record_source": lambda s: s.record_source(a_refused_state()),
    "add_contents": lambda s: s.add_contents([an_object(1)], []),
    "accept": lambda s: s.accept(a_revision(3, "r2"), a_state(fault="x")),
    "move_targets": lambda s: s.move_targets([Target(CLUSTERS[0], RevisionId("r2"), 2)]),
    "remove_targets": lambda s: s.remove_targets(CLUSTERS),
    "record_proxies": lambda s: s.record_proxies([a_proxy(1)]),
    "record_inventory": lambda s: s.record_inventory(CLUSTERS[0], [a_record(1)]),
    "record_report": lambda s: s.record_report(a_report(CLUSTERS[0])),
    "confirm": lambda s: s.confirm(CLUSTERS[0], PlanHash("p1")),
    "expire": lambda s: s.expire(1),
}


@pytest.mark.parametrize("write", _WRITES.values(), ids=_WRITES.keys())
def test_every_write_changes_the_token_for_all(place: StorePlace, write: Write) -> None:
    """The writer and others see a token that differs from the one before, and stays then."""
    writer, other = place.open(), place.open()
    accept_next(writer)
    second = accept_next(writer)
    writer.move_targets(targets_to(second, 1))
    before = (writer.change_token(), other.change_token())
    write(writer)
    after = (writer.change_token(), other.change_token())
    assert after[0] != before[0]
    assert after[1] != before[1]
    assert (writer.change_token(), other.change_token()) == after


def test_a_refused_write_changes_nothing(store: Store) -> None:
    """The token stays when a write is refused."""
    token = store.change_token()
    with pytest.raises(StaleGenerationError):
        store.accept(a_revision(7, None), a_state())
    assert store.change_token() == token


def test_waiting_ends_with_the_change(place: StorePlace) -> None:
    """A waiter wakes long before its timeout when somebody else writes."""
    waiter, writer = place.open(), place.open()
    token = waiter.change_token()
    timer = threading.Timer(0.1, lambda: writer.record_source(a_refused_state()))
    timer.start()
    began_s = time.monotonic()
    newest = waiter.wait_for_change(token, 20)
    assert time.monotonic() - began_s < 5
    assert newest != token
    assert newest == waiter.change_token()
    timer.join()


def test_waiting_ends_with_the_timeout(store: Store) -> None:
    """Without a change the token comes back unchanged, after the timeout and not before."""
    token = store.change_token()
    began_s = time.monotonic()
    assert store.wait_for_change(token, 0.1) == token
    assert 0.095 <= time.monotonic() - began_s < 5


@pytest.mark.parametrize("timeout_s", [0, 30])
def test_a_change_in_the_past_is_no_wait(store: Store, timeout_s: float) -> None:
    """A token that is out of date, or none, is answered at once."""
    began_s = time.monotonic()
    assert store.wait_for_change("", timeout_s) == store.change_token()
    assert time.monotonic() - began_s < 5


def test_many_waiters_wake(store: Store) -> None:
    """One write wakes every thread that waits."""
    token = store.change_token()
    with ThreadPoolExecutor(4) as pool:
        waiting = [pool.submit(store.wait_for_change, token, 20) for _ in range(4)]
        store.record_source(a_refused_state())
        assert {waiter.result(timeout=10) for waiter in waiting} == {store.change_token()}


def test_threads_share_a_store(store: Store) -> None:
    """Readers and writers in several threads of one process do not disturb each other."""
    store.add_contents([], [FLEET])

    def work(number: int) -> int:
        for turn in range(10):
            item = an_object(number, turn)
            store.add_contents([item], [a_manifest(f"t{number}-{turn}", [item])])
            store.record_source(SourceState(SourceName(f"s{number}"), CommitId(f"{turn}")))
            assert store.objects([item.hash]) == {item.hash: item}
            assert store.source(SourceName(f"s{number}")) is not None
        return number

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(work, range(6))) == list(range(6))
    assert [state.head for state in store.sources()] == ["9"] * 6
