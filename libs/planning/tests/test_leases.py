"""Who may write when, whatever clocks and processes do."""

from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from libs.fakes.clock import FakeClock
from libs.fakes.kubecluster import FakeKubeCluster
from libs.fakes.kubeserver import FakeKubeServer
from libs.kernel.ids import ClusterName
from libs.planning.leases import (
    DURATION_S,
    KEY,
    RENEW_S,
    Now,
    Sighting,
    Take,
    Wait,
    decide,
    held_until_s,
    released,
    sighting,
)
from libs.ports.kubecluster import Done, LiveObject


def _cluster() -> FakeKubeCluster:
    return FakeKubeCluster(FakeKubeServer(FakeClock()), ClusterName("c"))


@dataclass
class Owner:
    """A process that wants the cluster; its wall clock may be anything."""

    cluster: FakeKubeCluster
    name: str
    skew_s: float = 0.0
    seen: Sighting | None = None
    until_s: float = 0.0
    kept: LiveObject | None = field(default=None)

    def look(self) -> LiveObject | None:
        """Read the Lease."""
        self.kept = self.cluster.get(KEY)
        self.seen = sighting(self.kept, self.seen, self.now())
        return self.kept

    def now(self) -> Now:
        """What its clocks say."""
        clock = self.cluster.server.clock
        return Now(clock.monotonic_s(), clock.now_s() + self.skew_s)

    def act(self) -> bool:
        """Do what was decided on what was read last; say whether the cluster is its own now."""
        step = decide(self.kept, self.seen, self.name, self.now())
        if isinstance(step, Take):
            asked_s = self.now().monotonic_s
            (result,) = self.cluster.write([step.write])
            if isinstance(result, Done):
                self.until_s = held_until_s(asked_s)
                self.seen = sighting(result.live, self.seen, self.now())
        return self.may_write()

    def may_write(self) -> bool:
        """Whether it is still in time."""
        return self.now().monotonic_s < self.until_s

    def turn(self) -> bool:
        """Read and act."""
        self.look()
        return self.act()


def test_the_first_takes_and_the_second_waits() -> None:
    """For as long as the first renews."""
    cluster = _cluster()
    one, two = Owner(cluster, "one"), Owner(cluster, "two")
    for _ in range(20):
        assert one.turn()
        assert not two.turn()
        cluster.server.clock.sleep(RENEW_S)
    assert decide(two.look(), two.seen, "two", two.now()) == Wait("one", RENEW_S)


def test_a_dead_owner_is_followed_within_its_duration() -> None:
    """At most the duration and one look after its last renewal."""
    cluster = _cluster()
    one, two = Owner(cluster, "one"), Owner(cluster, "two")
    one.turn()
    died_s = one.now().monotonic_s
    while not two.turn():
        cluster.server.clock.sleep(RENEW_S)
    assert two.now().monotonic_s - died_s <= DURATION_S + RENEW_S
    assert two.look() is not None
    assert two.kept is not None
    assert two.kept.body["spec"]["leaseTransitions"] == 1


def test_an_owner_that_ends_in_order_is_followed_at_once() -> None:
    """It gives the Lease back."""
    cluster = _cluster()
    one, two = Owner(cluster, "one"), Owner(cluster, "two")
    one.turn()
    live = one.look()
    assert live is not None
    cluster.write([released(live, one.now())])
    assert two.turn()


def test_of_two_that_take_at_once_one_gets_it() -> None:
    """The second writer read a version that has passed."""
    cluster = _cluster()
    one, two = Owner(cluster, "one"), Owner(cluster, "two")
    one.look()
    two.look()
    assert one.act()
    assert not two.act()


ACTS = st.tuples(st.integers(0, 2), st.sampled_from(["look", "act", "sleep"]), st.floats(0.0, 15.0))


@settings(max_examples=300)
@given(st.lists(ACTS, max_size=60), st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=3))
def test_no_two_ever_may_write(acts: list[tuple[int, str, float]], skews: list[float]) -> None:
    """However reads, writes and stops fall together, and whatever the wall clocks say."""
    cluster = _cluster()
    owners = [Owner(cluster, f"o{index}", skew) for index, skew in enumerate(skews)]
    for who, what, seconds in acts:
        if what == "look":
            owners[who].look()
        elif what == "act":
            owners[who].act()
        else:
            cluster.server.clock.sleep(seconds)
        assert sum(one.may_write() for one in owners) <= 1
