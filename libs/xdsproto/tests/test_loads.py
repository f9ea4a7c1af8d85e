"""Reports of load, as they are kept."""

from libs.kernel.ids import ProxyId, ResourceName
from libs.xdsproto.loads import CLUSTERS_MAX, Load, Loads


def _load(name: str, requests: int) -> Load:
    return Load(ResourceName(name), 10.0, requests, 0, 0, 0)


def test_the_newest_report_of_a_proxy_counts_until_it_leaves() -> None:
    """A report replaces the one before; who has left reports nothing."""
    loads, one, other = Loads(), ProxyId("one"), ProxyId("other")
    loads.note(one, [_load("a", 1)])
    loads.note(one, [_load("b", 2)])
    loads.note(other, [_load("c", 3)])
    assert loads.of("") == {one: (_load("b", 2),), other: (_load("c", 3),)}
    assert loads.of("oth") == {other: (_load("c", 3),)}
    loads.leave(other)
    assert set(loads.of("")) == {one}


def test_of_too_many_clusters_the_busiest_stay() -> None:
    """A report of any size costs so much memory at most."""
    loads, one = Loads(), ProxyId("one")
    loads.note(one, (_load(f"c{number}", number) for number in range(CLUSTERS_MAX + 5)))
    kept = loads.of("")[one]
    assert len(kept) == CLUSTERS_MAX
    assert kept[-1].requests == 5
