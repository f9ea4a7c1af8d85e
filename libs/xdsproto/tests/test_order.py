"""Conversations about make before break, in both variants."""

from libs.kernel.ids import ResourceName, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, ENDPOINT, PUSH_ORDER
from libs.xdsproto.published import successor
from libs.xdsproto.tests.conversation import (
    BOTH,
    MESH,
    SHORT,
    Stream,
    names_for_ack,
    resources,
    snapshot,
    started,
)


@BOTH
def test_o1_changes_go_out_clusters_first_routes_last(*, delta: bool) -> None:
    """O1: clusters, their endpoints, listeners, routes."""
    stream = started(delta=delta)
    twos = resources(cds={"a": "2"}, eds={"b": "2"}, lds={"l": "2"}, rds={"r": "2"})
    kinds = [
        answer.split()[0] for answer in stream.assign(successor(MESH, Version("s2"), twos, []))
    ]
    assert kinds == ["cds", "eds", "lds", "rds"]
    assert [SHORT[url] for url in PUSH_ORDER if url in SHORT][:4] == kinds


@BOTH
def test_o1_a_route_to_a_new_cluster_waits_until_the_client_has_it(*, delta: bool) -> None:
    """O1: the ACK of clusters says that they are warm; a route must not be there before."""
    stream = started(delta=delta)
    new = resources(cds={"c": "1"}, eds={"c": "1"}, rds={"r": "2"})
    all_clusters = "cds +c=1" if delta else "cds +a=1 +b=1 +c=1"
    assert stream.assign(successor(MESH, Version("s2"), new, [])) == [all_clusters]
    assert stream.ack("eds", *names_for_ack(stream, "a", "b"), "c") == ["eds +c=1"]
    assert stream.status[1] is SyncStatus.STALE
    stream.ack("eds", *names_for_ack(stream, "a", "b", "c"))
    assert stream.ack("cds") == ["rds +r=2"]
    stream.ack("rds", *names_for_ack(stream, "r"))
    assert stream.status == ("s2", SyncStatus.SYNCED, True, "")


@BOTH
def test_o1_routes_stay_when_their_new_cluster_is_refused(*, delta: bool) -> None:
    """A proxy that refuses a new cluster keeps its old routes until that is mended."""
    stream = started(delta=delta)
    bad = successor(MESH, Version("s2"), resources(cds={"c": "bad"}, rds={"r": "2"}), [])
    stream.assign(bad)
    assert stream.ack("cds", error="bad cluster") == []
    assert stream.status == ("s2", SyncStatus.REFUSED, True, "bad cluster")
    back = successor(bad, Version("s3"), resources(rds={"r": "3"}), [(CLUSTER, ResourceName("c"))])
    assert stream.assign(back) == ["cds -c" if delta else "cds +a=1 +b=1", "rds +r=3"]


@BOTH
def test_o2_a_cluster_goes_only_after_the_routes_left_it(*, delta: bool) -> None:
    """O2: the removal waits for the ACK of the route that no longer refers to the cluster."""
    stream = started(delta=delta)
    gone = [(CLUSTER, ResourceName("b")), (ENDPOINT, ResourceName("b"))]
    assert stream.assign(successor(MESH, Version("s2"), resources(rds={"r": "2"}), gone)) == [
        "rds +r=2"
    ]
    assert stream.status[1] is SyncStatus.STALE
    after = stream.ack("rds", *names_for_ack(stream, "r"))
    assert after == (["cds -b"] if delta else ["cds +a=1"])
    last = stream.ack("cds")
    assert last == (["eds -b"] if delta else [])
    if delta:
        stream.ack("eds")
    assert stream.status == ("s2", SyncStatus.SYNCED, True, "")


def test_o2_a_full_set_keeps_what_routes_still_need() -> None:
    """O2, S7: a new cluster arrives in a set that still holds the one to be removed."""
    stream = started(delta=False)
    gone = [(CLUSTER, ResourceName("b"))]
    new = resources(cds={"c": "1"}, rds={"r": "2"})
    assert stream.assign(successor(MESH, Version("s2"), new, gone)) == ["cds +a=1 +c=1 +b=1"]
    transitional = stream.versions["cds"]
    assert stream.ack("cds") == ["rds +r=2"]
    assert stream.ack("rds", "r") == ["cds +a=1 +c=1"]
    assert stream.versions["cds"] != transitional


@BOTH
def test_o2_nothing_is_removed_while_a_route_is_refused(*, delta: bool) -> None:
    """O2: a proxy that refused the new route still uses the old one and its cluster."""
    stream = started(delta=delta)
    gone = [(CLUSTER, ResourceName("b"))]
    bad = successor(MESH, Version("s2"), resources(rds={"r": "bad"}), gone)
    stream.assign(bad)
    assert stream.ack("rds", *names_for_ack(stream, "r"), error="no") == []
    fixed = successor(bad, Version("s3"), resources(rds={"r": "3"}), [])
    assert stream.assign(fixed) == ["rds +r=3"]
    after = stream.ack("rds", *names_for_ack(stream, "r"))
    assert after == (["cds -b"] if delta else ["cds +a=1"])


@BOTH
def test_o2_a_cluster_that_nothing_refers_to_goes_at_once(*, delta: bool) -> None:
    """O2: without a pending update of listeners or routes there is nothing to wait for."""
    stream = started(delta=delta)
    gone = successor(MESH, Version("s2"), [], [(CLUSTER, ResourceName("b"))])
    assert stream.assign(gone) == (["cds -b"] if delta else ["cds +a=1"])


@BOTH
def test_o2_a_cluster_that_comes_back_in_time_is_not_removed(*, delta: bool) -> None:
    """O2: a removal that still waits is forgotten when a newer snapshot has the cluster again."""
    stream = started(delta=delta)
    gone = successor(MESH, Version("s2"), resources(rds={"r": "2"}), [(CLUSTER, ResourceName("b"))])
    stream.assign(gone)
    back = successor(gone, Version("s3"), resources(cds={"b": "1"}, rds={"r": "3"}), [])
    assert stream.assign(back) == ["rds +r=3"]
    assert stream.ack("rds", *names_for_ack(stream, "r")) == []
    assert stream.status[:2] == ("s3", SyncStatus.SYNCED)


@BOTH
def test_o2_a_cluster_that_was_never_acknowledged_goes_at_once(*, delta: bool) -> None:
    """O2: no route leads to it yet, and its endpoints will never come to warm it."""
    stream = started(delta=delta)
    two = successor(MESH, Version("s2"), resources(cds={"c": "1"}, rds={"r": "2"}), [])
    stream.assign(two)
    gone = [(CLUSTER, ResourceName("c"))]
    three = successor(two, Version("s3"), resources(cds={"d": "1"}, rds={"r": "3"}), gone)
    assert stream.assign(three) == (["cds +d=1", "cds -c"] if delta else ["cds +a=1 +b=1 +d=1"])


@BOTH
def test_o3_endpoints_follow_their_changed_cluster_without_its_ack(*, delta: bool) -> None:
    """O3, A9: a changed cluster is not used before its endpoints come, changed or not."""
    stream = started(delta=delta)
    changed = successor(MESH, Version("s2"), resources(cds={"b": "2"}), [])
    assert stream.assign(changed)[1:] == ["eds +b=1"]


def test_o3_endpoints_that_are_asked_for_after_their_changed_cluster_are_sent() -> None:
    """O3, S9: a client that comes back holds the endpoints, but its changed cluster waits."""
    stream = Stream(delta=True)
    stream.assign(MESH)
    assert stream.ask("cds", have={"a": "0", "b": "1"}) == ["cds +a=1"]
    assert stream.ask("eds", "a", "b", have={"a": "1", "b": "1"}) == ["eds +a=1"]


def test_o4_a_repeated_sotw_request_is_no_loop() -> None:
    """O4: a client that repeats its last request is served by O3 and gets no second answer."""
    stream = started(delta=False)
    assert stream.ack("eds", "a", "b") == []


@BOTH
def test_o6_a_grpc_client_walks_by_names(*, delta: bool) -> None:
    """O6: listeners first, by name, then what each refers to; names change during updates."""
    stream = Stream(delta=delta)
    stream.assign(MESH)
    assert stream.ask("lds", "l") == ["lds +l=1"]
    assert stream.ask("rds", "r") == ["rds +r=1"]
    assert stream.ask("cds", "a") == ["cds +a=1"]
    assert stream.ask("eds", "a") == ["eds +a=1"]
    for short, name in [("lds", "l"), ("rds", "r"), ("cds", "a"), ("eds", "a")]:
        stream.ack(short, *names_for_ack(stream, name))
    assert stream.status == ("s1", SyncStatus.SYNCED, True, "")
    changed = successor(MESH, Version("s2"), resources(rds={"r": "2"}), [])
    assert stream.assign(changed) == ["rds +r=2"]
    more = ["b"] if delta else ["a", "b"]
    assert stream.ack("cds", *more) == (["cds +b=1"] if delta else ["cds +a=1 +b=1"])


@BOTH
def test_a_returning_client_gets_its_new_cluster_before_its_routes(*, delta: bool) -> None:
    """O1: what a client kept from an earlier stream is updated in order as well."""
    stream = Stream(delta=delta)
    have = {"a": "1"} if delta else None
    version = "" if delta else "old"
    stream.ask("cds", have=have, version=version)
    stream.ask("lds", have={"l": "1"} if delta else None, version=version)
    stream.ask("rds", "r", have={"r": "1"} if delta else None, version=version)
    now = snapshot("s2", cds={"a": "1", "b": "1"}, lds={"l": "2"}, rds={"r": "2"})
    first = stream.assign(now)
    assert first == ["cds +b=1" if delta else "cds +a=1 +b=1"]
    assert stream.ack("cds") == ["lds +l=2", "rds +r=2"]
