"""What holds for a stream as a whole: nonces, limits, silence, and how a client stands."""

from libs.kernel.ids import ResourceName, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import ROUTE, SECRET
from libs.xdsproto.commands import CloseCode
from libs.xdsproto.engine import StreamLimits
from libs.xdsproto.published import full, successor
from libs.xdsproto.tests.conversation import (
    BOTH,
    MESH,
    Stream,
    names_for_ack,
    resources,
    snapshot,
    started,
)


@BOTH
def test_t2_a_request_without_a_type_ends_the_stream(*, delta: bool) -> None:
    """T2: on an aggregated stream every request has to name its type."""
    answer = Stream(delta=delta).ask("")
    assert answer == [
        f"close {CloseCode.INVALID_ARGUMENT}: a request on this stream needs a type_url"
    ]


@BOTH
def test_t5_nonces_are_never_empty_and_never_repeat(*, delta: bool) -> None:
    """T5: each response of a stream has a nonce of its own, whatever its type."""
    stream = started(delta=delta)
    assert all(stream.seen_nonces)
    assert len(set(stream.seen_nonces)) == len(stream.seen_nonces) == 4


@BOTH
def test_t8_nothing_is_sent_when_nothing_changed(*, delta: bool) -> None:
    """T8: an equal snapshot under a new version is no response, and counts as live at once."""
    stream = started(delta=delta)
    same = resources(
        cds={"a": "1", "b": "1"}, eds={"a": "1", "b": "1"}, lds={"l": "1"}, rds={"r": "1"}
    )
    assert stream.assign(full(Version("s2"), same)) == []
    assert stream.status == ("s2", SyncStatus.SYNCED, False, "")


@BOTH
def test_nothing_is_answered_before_a_snapshot_is_there(*, delta: bool) -> None:
    """A control plane that does not know yet is silent: an empty answer would delete everything."""
    stream = Stream(delta=delta)
    assert stream.ask("cds") == []
    assert stream.ask("eds", "a") == []
    assert stream.assign(MESH) == ["cds +a=1 +b=1", "eds +a=1"]


@BOTH
def test_a_client_with_too_many_names_is_closed(*, delta: bool) -> None:
    """A client cannot make the server remember names without limit."""
    stream = Stream(delta=delta, limits=StreamLimits(names_max=2))
    assert stream.ask("eds", "a", "b") == []
    assert stream.ask("rds", "a", "b", "c") == [
        f"close {CloseCode.RESOURCE_EXHAUSTED}: more than 2 names of {ROUTE}"
    ]


@BOTH
def test_a_client_with_too_many_types_is_closed(*, delta: bool) -> None:
    """A client cannot make the server remember types without limit."""
    stream = Stream(delta=delta, limits=StreamLimits(types_max=1))
    assert stream.ask("cds") == []
    assert stream.ask("lds") == [
        f"close {CloseCode.RESOURCE_EXHAUSTED}: more than 1 resource types on one stream"
    ]


@BOTH
def test_a_client_is_not_synced_before_it_asked_for_listeners(*, delta: bool) -> None:
    """A client in the middle of its start proves nothing by having no question open."""
    stream = Stream(delta=delta)
    stream.assign(MESH)
    stream.ask("cds")
    stream.ack("cds")
    assert stream.status[:2] == ("s1", SyncStatus.STALE)


@BOTH
def test_a_snapshot_that_was_overtaken_counts_with_its_successor(*, delta: bool) -> None:
    """`carried` is since the client was last in step, not since the last version."""
    stream = started(delta=delta)
    two = successor(MESH, Version("s2"), resources(rds={"r": "2"}), [])
    stream.assign(two)
    stream.assign(successor(two, Version("s3"), [], [(SECRET, ResourceName("unused"))]))
    stream.ack("rds", *names_for_ack(stream, "r"))
    assert stream.status == ("s3", SyncStatus.SYNCED, True, "")


@BOTH
def test_a_snapshot_without_a_known_base_is_compared_whole(*, delta: bool) -> None:
    """A proxy that moves to another class gets the differences of the two snapshots."""
    stream = started(delta=delta)
    other = snapshot(
        "t1", cds={"a": "1", "b": "1"}, eds={"a": "7", "b": "1"}, lds={"l": "1"}, rds={"r": "1"}
    )
    assert stream.assign(other) == ["eds +a=7"]


def test_t4_types_of_a_stream_do_not_know_each_other() -> None:
    """T4: a nonce of one type acknowledges nothing of another, and a NACK refuses its own type."""
    stream = Stream(delta=True)
    stream.assign(snapshot("1", cds={"a": "1"}, lds={"l": "1"}, rds={"r": "1"}))
    stream.ask("lds")
    stream.ask("rds", "r")
    stream.ack("rds", nonce=stream.nonces["lds"])
    held = {one.name: one.standing.value for one in stream.engine.holdings()}
    assert held == {"l": "sent", "r": "sent"}
    stream.ack("lds", error="bad")
    stream.ack("rds")
    held = {one.name: one.standing.value for one in stream.engine.holdings()}
    assert held == {"l": "refused", "r": "held"}


@BOTH
def test_t6_t9_several_names_are_answered_once_each(*, delta: bool) -> None:
    """T6, T9: names of one request come in one response, each once however often it was named."""
    stream = Stream(delta=delta)
    stream.assign(snapshot("1", eds={"a": "1", "b": "1", "c": "1"}))
    assert stream.ask("eds", "b", "a", "b") == ["eds +a=1 +b=1"]


def test_a6_versions_are_opaque() -> None:
    """A6: a client that comes back with any other version gets the resource, whatever it looks."""
    for version in ("0", "2", "9", "", "1 "):
        stream = Stream(delta=True)
        stream.assign(snapshot("s", rds={"r": "1"}))
        assert stream.ask("rds", "r", have={"r": version}) == ["rds +r=1"]
    stream = Stream(delta=True)
    stream.assign(snapshot("s", rds={"r": "1"}))
    assert stream.ask("rds", "r", have={"r": "1"}) == []
