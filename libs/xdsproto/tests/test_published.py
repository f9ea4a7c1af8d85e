"""Snapshots that follow each other share what did not change."""

from libs.kernel.ids import ResourceName, Version
from libs.kernel.xds import CLUSTER, ROUTE, Resource
from libs.xdsproto.published import differing, full, successor

A, B, C = ResourceName("a"), ResourceName("b"), ResourceName("c")


def cluster(name: ResourceName, version: str) -> Resource:
    """Make a cluster whose body is its version."""
    return Resource(CLUSTER, name, Version(version), version.encode())


FIRST = full(Version("1"), [cluster(A, "1"), cluster(B, "1")])


def test_unchanged_resources_are_the_same_objects() -> None:
    """A change costs what changed: everything else is shared with the snapshot before."""
    second = successor(FIRST, Version("2"), [cluster(B, "2")], [])
    assert second.of(CLUSTER).entries[A] is FIRST.of(CLUSTER).entries[A]
    assert second.of(CLUSTER).entries[B].version == "2"
    assert FIRST.of(CLUSTER).entries[B].version == "1"
    assert second.base == FIRST.version
    assert dict(second.changed) == {CLUSTER: frozenset({B})}


def test_the_version_of_a_type_depends_on_its_resources_alone() -> None:
    """Two ways to one set of resources lead to one version, on any frontend."""
    changed = successor(FIRST, Version("2"), [cluster(C, "1")], [(CLUSTER, B)])
    direct = full(Version("9"), [cluster(C, "1"), cluster(A, "1")])
    assert changed.of(CLUSTER).version == direct.of(CLUSTER).version
    assert changed.of(CLUSTER).version != FIRST.of(CLUSTER).version


def test_removing_what_is_not_there_changes_nothing() -> None:
    """A removal may be told twice."""
    again = successor(FIRST, Version("2"), [], [(CLUSTER, C), (ROUTE, A)])
    assert again.of(CLUSTER).version == FIRST.of(CLUSTER).version
    assert not again.of(ROUTE).entries


def test_differing_names_additions_changes_and_removals() -> None:
    """Without a known base two views are compared by name and version."""
    other = full(Version("3"), [cluster(B, "2"), cluster(C, "1")])
    assert differing(FIRST.of(CLUSTER), other.of(CLUSTER)) == {A, B, C}
    assert differing(FIRST.of(CLUSTER), FIRST.of(CLUSTER)) == frozenset()
