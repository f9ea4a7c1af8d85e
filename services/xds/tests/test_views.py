"""Views are applied whole or not at all, and shared where they are equal."""

import gc

import pytest

from libs.adapters.feed.client import ViewMismatchError
from libs.kernel.ids import ClassKey, ProxyId, ResourceName, RevisionId, TraceParent, Version
from libs.kernel.xds import CLUSTER, ROUTE, Resource
from libs.ports.feed import View
from services.xds.views import Views

A, B = ClassKey("a"), ClassKey("b")
P, Q = ProxyId("p"), ProxyId("q")
X, Y = ResourceName("x"), ResourceName("y")


def cluster(name: ResourceName, version: str) -> Resource:
    """Make a cluster; equal versions have equal, but not the same, bodies."""
    return Resource(CLUSTER, name, Version(version), bytes(bytearray(version.encode() * 10)))


def view(
    key: ClassKey,
    snapshot: str,
    *changed: Resource,
    base: str | None = None,
    gone: tuple[ResourceName, ...] = (),
) -> View:
    """Make a view of clusters."""
    return View(
        class_key=key,
        snapshot=Version(snapshot),
        base=Version(base) if base else None,
        changed=changed,
        removed=tuple((CLUSTER, name) for name in gone),
        revision=RevisionId("r"),
        trace=TraceParent("t"),
    )


def test_a_change_applies_to_the_snapshot_that_is_held() -> None:
    """Changed resources replace, removed ones go, others stay."""
    views = Views()
    views.apply(view(A, "1", cluster(X, "1"), cluster(Y, "1")), 1.0)
    held = views.apply(view(A, "2", cluster(X, "2"), base="1", gone=(Y,)), 2.0)
    entries = held.published.of(CLUSTER).entries
    assert {name: entry.version for name, entry in entries.items()} == {X: "2"}
    assert (held.published.version, held.trace, held.received_at_s) == ("2", "t", 2.0)
    assert views.held() == {A: "2"}


def test_an_empty_change_onto_itself_changes_nothing() -> None:
    """A compiler that has nothing new for a class may say so."""
    views = Views()
    first = views.apply(view(A, "1", cluster(X, "1")), 1.0)
    again = views.apply(view(A, "1", base="1"), 2.0)
    assert again.published is first.published


@pytest.mark.parametrize("base", ["0", "2"])
def test_a_change_of_another_snapshot_is_refused_and_the_full_view_asked_for(base: str) -> None:
    """Half a view is never served; the next Hello does not name the class, so a full one comes."""
    views = Views()
    views.apply(view(A, "1", cluster(X, "1")), 1.0)
    views.apply(view(B, "1", cluster(X, "1")), 1.0)
    with pytest.raises(ViewMismatchError, match="but 1 is held"):
        views.apply(view(A, "3", cluster(Y, "1"), base=base), 2.0)
    assert views.held() == {B: "1"}
    views.apply(view(A, "3", cluster(Y, "1")), 3.0)
    assert views.held() == {B: "1", A: "3"}


def test_a_proxy_is_never_put_into_a_class_without_a_view() -> None:
    """An Assign before its View is a broken stream, not an empty proxy."""
    with pytest.raises(ViewMismatchError, match="class a, which is not held"):
        Views().assign(P, A)


def test_a_proxy_has_one_class_at_a_time() -> None:
    """A proxy that moves leaves its former class."""
    views = Views()
    for key in (A, B):
        views.apply(view(key, f"of {key}"), 1.0)
        views.assign(P, key)
    views.assign(Q, B)
    assert set(views.members(A)) == set()
    assert set(views.members(B)) == {P, Q}
    held = views.of(P)
    assert held is not None
    assert held.published.version == "of b"
    views.leave(P)
    assert views.of(P) is None


def test_equal_resources_of_classes_are_one_object() -> None:
    """A thousand sidecars with almost equal views cost little more than one."""
    views = Views()
    first = views.apply(view(A, "1", cluster(X, "1")), 1.0)
    second = views.apply(view(B, "1", cluster(X, "1"), cluster(Y, "1")), 1.0)
    one, two = first.published.of(CLUSTER).entries, second.published.of(CLUSTER).entries
    assert one[X] is two[X]


def test_resources_that_no_view_holds_any_more_are_let_go() -> None:
    """What is shared does not keep old bodies alive."""
    views = Views()
    views.apply(view(A, "1", cluster(X, "1")), 1.0)
    views.apply(view(A, "2", cluster(X, "2"), base="1"), 2.0)
    gc.collect()
    assert len(views._using._known) == 1


def test_unused_views_are_kept_for_a_while_but_not_for_ever() -> None:
    """Proxies that come and go do not fill the memory with their views."""
    views = Views(unused_max=2)
    for number in range(5):
        key = ClassKey(str(number))
        views.apply(view(key, "1"), 1.0)
        views.assign(P, key)
    views.leave(P)
    assert set(views.held()) == {"3", "4"}


def test_types_beside_each_other_do_not_mix() -> None:
    """A route may have the name of a cluster."""
    views = Views()
    route = Resource(ROUTE, X, Version("1"), b"")
    views.apply(view(A, "1", cluster(X, "1"), route), 1.0)
    held = views.apply(view(A, "2", base="1", gone=(X,)), 1.0)
    assert not held.published.of(CLUSTER).entries
    assert set(held.published.of(ROUTE).entries) == {X}
