"""What a slow reader of the feed still gets, and in which order."""

import pytest

from libs.adapters.feed.outbox import CompilerOutbox, FrontendOutbox, merge
from libs.kernel.ids import ClassKey, ProxyId, ResourceName, RevisionId, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, Resource
from libs.ports.feed import Assign, FromCompiler, ProxyConnected, ProxyGone, ProxyStatus, View

A, B = ClassKey("a"), ClassKey("b")
P = ProxyId("p")


def resource(name: str, version: str) -> Resource:
    """Make a cluster whose body tells its version."""
    return Resource(CLUSTER, ResourceName(name), Version(version), version.encode())


def view(snapshot: str, base: str | None = None, *, cls: ClassKey = A, **changes: str) -> View:
    """Make a view; a change to the empty text is a removal."""
    return View(
        class_key=cls,
        snapshot=Version(snapshot),
        base=Version(base) if base else None,
        changed=tuple(resource(name, version) for name, version in changes.items() if version),
        removed=tuple(
            (CLUSTER, ResourceName(name)) for name, version in changes.items() if not version
        ),
        revision=RevisionId(f"r{snapshot}"),
        trace=None,
    )


def status(snapshot: str, sync: SyncStatus, proxy: ProxyId = P) -> ProxyStatus:
    """Make a status of one snapshot."""
    return ProxyStatus(proxy, Version(snapshot), sync, at_s=1.0, carried=True)


def drained(outbox: CompilerOutbox) -> list[FromCompiler]:
    """Take all that waits."""
    taken = []
    while (event := outbox.take()) is not None:
        taken.append(event)
    return taken


def test_waiting_views_of_one_class_become_one() -> None:
    """A reader that missed a step gets both steps as one change from what it holds."""
    outbox = CompilerOutbox()
    outbox.put(view("2", "1", x="x2", y="y2", z=""))
    outbox.put(view("3", "2", y="", z="z3"))
    assert drained(outbox) == [view("3", "1", x="x2", z="z3", y="")]


def test_a_change_to_a_waiting_full_view_leaves_a_full_view() -> None:
    """What is removed from a full view that was never sent needs no removal."""
    assert merge(view("1", x="x1", y="y1"), view("2", "1", x="", y="y2")) == view("2", y="y2")


def test_a_full_view_replaces_a_waiting_change() -> None:
    """A full view needs nothing of what waited before."""
    assert merge(view("2", "1", x="x2"), view("3", y="y3")) == view("3", y="y3")


def test_an_assign_stays_behind_the_view_of_its_class() -> None:
    """A proxy that moves to another class is told so only after that class's view."""
    outbox = CompilerOutbox()
    outbox.put(view("1"))
    outbox.put(Assign(P, A))
    outbox.put(view("1", cls=B))
    outbox.put(Assign(P, B))
    outbox.put(view("2"))
    assert drained(outbox) == [view("2"), view("1", cls=B), Assign(P, B)]


@pytest.mark.parametrize("again", [False, True])
def test_statuses_of_a_proxy_that_left_are_forgotten(*, again: bool) -> None:
    """Nothing is told of a proxy's snapshots after it left, and nothing of it is kept."""
    outbox = FrontendOutbox()
    outbox.put(ProxyConnected(P, b""))
    outbox.put(status("1", SyncStatus.SYNCED))
    outbox.put(ProxyGone(P))
    if again:
        outbox.put(ProxyConnected(P, b"n"))
    assert outbox.take() == (ProxyConnected(P, b"n") if again else ProxyGone(P))
    assert outbox.take() is None


def test_each_snapshot_keeps_its_last_status() -> None:
    """That a snapshot was live is told even when the next one is already being sent."""
    outbox = FrontendOutbox()
    outbox.put(status("1", SyncStatus.STALE))
    outbox.put(status("1", SyncStatus.SYNCED))
    outbox.put(status("2", SyncStatus.STALE))
    assert outbox.take() == status("1", SyncStatus.SYNCED)
    assert outbox.take() is None
    assert outbox.is_patient
    outbox.hurry()
    assert outbox.take() == status("2", SyncStatus.STALE)
    assert len(outbox) == 0
