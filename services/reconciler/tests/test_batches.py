"""Tests of batches that fit the time that there is."""

from libs.fakes.clock import FakeClock
from services.reconciler.batches import BATCH_S, FIRST_OBJECTS, OBJECTS_MAX, OBJECTS_MIN, Batches
from services.reconciler.tests.places import Place, config_map


def sizes(count: int, per_object_s: float) -> list[int]:
    """Return the sizes of the batches of so much work, each object of which takes so long."""
    clock = FakeClock()
    found = []
    for batch in Batches(clock).of(range(count)):
        found.append(len(batch))
        clock.advance(len(batch) * per_object_s)
    return found


def test_nothing_is_left_out() -> None:
    """Batches have all of the work in its order."""
    clock = FakeClock()
    assert [one for batch in Batches(clock).of(range(777)) for one in batch] == list(range(777))
    assert list(Batches(clock).of([])) == []


def test_a_fast_server_gets_large_batches() -> None:
    """They grow to a limit, twice at most from one to the next."""
    found = sizes(5000, 0.0)
    assert found[:3] == [FIRST_OBJECTS, 2 * FIRST_OBJECTS, 4 * FIRST_OBJECTS]
    assert max(found) == OBJECTS_MAX


def test_a_slow_server_gets_small_ones() -> None:
    """Each takes as long as it should, down to a smallest one."""
    found = sizes(200, 0.1)
    assert set(found[1:-1]) == {int(BATCH_S / 0.1)}
    assert set(sizes(100, 10.0)[1:-1]) == {OBJECTS_MIN}


def test_a_slow_server_gets_everything_within_the_lease() -> None:
    """No write comes too late, although all of them take several times as long as the lease has."""
    place = Place()

    def slowly(_write: object) -> None:
        place.clock.advance(0.1)

    place.cluster.interrupt = slowly
    place.restart(lambda: place.clock.monotonic_s() + 8.0)
    place.commits.commit({"shop": "".join(config_map(f"c{n}") for n in range(200))})
    report = place.settle()
    assert report.state.value == "done", report.results[:1]
    assert len(place.names()) == 200
