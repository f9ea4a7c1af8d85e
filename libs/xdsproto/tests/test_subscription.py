"""Conversations about what a client asked for."""

from libs.kernel.ids import ResourceName, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import ROUTE
from libs.xdsproto.published import successor
from libs.xdsproto.tests.conversation import (
    BOTH,
    MESH,
    Stream,
    resources,
    snapshot,
    started,
)


@BOTH
def test_s1_no_names_at_first_mean_everything(*, delta: bool) -> None:
    """S1: an empty first request is a wildcard."""
    stream = Stream(delta=delta)
    stream.assign(MESH)
    assert stream.ask("cds") == ["cds +a=1 +b=1"]


@BOTH
def test_s1_secrets_are_never_sent_unasked(*, delta: bool) -> None:
    """A client gets only the secrets that it names, whatever wildcard it sends."""
    stream = Stream(delta=delta)
    stream.assign(snapshot("s1", sds={"key": "1", "other": "1"}))
    assert stream.ask("sds") == []
    assert stream.ask("sds", "*") == []
    assert stream.ask("sds", "key") == ["sds +key=1"]


@BOTH
def test_an_empty_snapshot_is_answered(*, delta: bool) -> None:
    """A client that starts waits for its first listeners and clusters, even if there are none."""
    stream = Stream(delta=delta)
    stream.assign(snapshot("s1", rds={"r": "1"}))
    assert stream.ask("cds") == ["cds"]
    assert stream.ask("lds") == ["lds"]


def test_s1_no_names_later_mean_nothing() -> None:
    """S1, S2: once a name was sent, an empty list is an empty subscription."""
    stream = Stream(delta=False)
    stream.assign(MESH)
    assert stream.ask("cds", "a") == ["cds +a=1"]
    stream.ack("cds")
    changed = successor(MESH, Version("s2"), resources(cds={"a": "2", "b": "2"}), [])
    assert stream.assign(changed) == []


def test_s2_wildcard_and_names_may_stand_together_in_sotw() -> None:
    """S2: {} is everything, {*, a} still is, {a} is a alone, {} is nothing."""
    stream = Stream(delta=False)
    stream.assign(MESH)
    assert stream.ask("cds") == ["cds +a=1 +b=1"]
    assert stream.ack("cds", "*", "a") == ["cds +a=1 +b=1"]
    assert stream.ack("cds", "a") == []
    two = successor(MESH, Version("s2"), resources(cds={"a": "2", "b": "2"}), [])
    assert stream.assign(two) == ["cds +a=2"]
    assert stream.ack("cds") == []
    assert stream.assign(successor(two, Version("s3"), resources(cds={"a": "3"}), [])) == []


def test_s2_wildcard_and_names_may_stand_together_in_delta() -> None:
    """S2: a wildcard stays while names come, and names stay when the wildcard goes."""
    stream = Stream(delta=True)
    stream.assign(MESH)
    assert stream.ask("cds") == ["cds +a=1 +b=1"]
    assert stream.ask("cds", "a") == ["cds +a=1"]
    two = successor(MESH, Version("s2"), resources(cds={"b": "2"}), [])
    assert stream.assign(two) == ["cds +b=2"]
    assert stream.ask("cds", drop=["*"]) == []
    three = successor(two, Version("s3"), resources(cds={"a": "3", "b": "3"}), [])
    assert stream.assign(three) == ["cds +a=3"]
    assert stream.ask("cds", drop=["a"]) == []
    assert stream.assign(successor(three, Version("s4"), resources(cds={"a": "4"}), [])) == []


@BOTH
def test_s3_names_asked_for_again_are_sent_again(*, delta: bool) -> None:
    """S3: a client that dropped a name and asks again may have lost it."""
    stream = Stream(delta=delta)
    stream.assign(MESH)
    assert stream.ask("eds", "a", "b") == ["eds +a=1 +b=1"]
    if delta:
        stream.ask("eds", drop=["b"])
    else:
        stream.ack("eds", "a")
    again = ["b"] if delta else ["a", "b"]
    assert stream.ack("eds", *again) == ["eds +b=1"]


def test_s3_every_delta_subscription_is_answered() -> None:
    """S3: asking for what is held already is answered with the resource."""
    stream = Stream(delta=True)
    stream.assign(MESH)
    assert stream.ask("eds", "a") == ["eds +a=1"]
    assert stream.ask("eds", "a") == ["eds +a=1"]
    assert stream.ask("cds", "*") == ["cds +a=1 +b=1", "eds +a=1"]
    assert stream.ask("cds", "*")[0] == "cds +a=1 +b=1"


def test_s4_dropping_a_name_under_a_wildcard_is_answered() -> None:
    """S4: the client has to learn whether the wildcard still covers what it dropped."""
    stream = Stream(delta=True)
    stream.assign(MESH)
    stream.ask("cds", "*", "a", "missing")
    assert stream.ask("cds", drop=["a"]) == ["cds +a=1"]
    assert stream.ask("cds", drop=["missing"]) == ["cds -missing"]
    assert stream.ask("cds", drop=["never asked for"]) == []


def test_s5_unknown_names_are_removed_at_once_in_delta() -> None:
    """S5: a client need not wait for its timer to learn that a name does not exist."""
    stream = Stream(delta=True)
    stream.assign(MESH)
    assert stream.ask("rds", "r", "nobody") == ["rds +r=1", "rds -nobody"]


def test_s5_unknown_names_are_met_with_silence_in_sotw() -> None:
    """S5: the variant has no way to say that a route does not exist."""
    stream = Stream(delta=False)
    stream.assign(MESH)
    assert stream.ask("rds", "nobody") == []


@BOTH
def test_s6_absent_names_are_sent_when_they_come_to_be(*, delta: bool) -> None:
    """S6: a name that was asked for too early is remembered."""
    stream = Stream(delta=delta)
    stream.assign(MESH)
    stream.ask("rds", "late")
    later = successor(MESH, Version("s2"), resources(rds={"late": "1"}), [])
    assert stream.assign(later) == ["rds +late=1"]


def test_s7_full_state_types_carry_the_whole_subscribed_set() -> None:
    """S7: one changed cluster is sent with all others, one changed route alone."""
    stream = started(delta=False)
    changed = successor(MESH, Version("s2"), resources(cds={"b": "2"}, rds={"r": "2"}), [])
    assert stream.assign(changed) == ["cds +a=1 +b=2", "eds +b=1", "rds +r=2"]


def test_s8_a_vanished_route_is_removed_in_delta_only() -> None:
    """S8: the state of the world cannot delete a route; its listener's update does."""
    for delta, expected in [(False, []), (True, ["rds -r"])]:
        stream = started(delta=delta)
        gone = successor(MESH, Version("s2"), [], [(ROUTE, ResourceName("r"))])
        assert stream.assign(gone) == expected


def test_s9_a_returning_delta_client_gets_differences_and_removals_only() -> None:
    """S9: initial versions count as held; what vanished meanwhile is removed."""
    stream = Stream(delta=True)
    stream.assign(snapshot("s5", cds={"a": "1", "b": "2", "c": "1"}, rds={"r": "1"}))
    held = {"a": "1", "b": "1", "gone": "1"}
    assert stream.ask("cds", "*", have=held) == ["cds +b=2 +c=1"]
    assert stream.ack("cds") == ["cds -gone"]
    assert stream.ask("lds", have={"gone": "1"}) == ["lds -gone"]


def test_o2_a_returning_delta_client_keeps_clusters_until_it_told_of_its_routes() -> None:
    """O2, S9: routes that need a vanished cluster are told of after it, in requests to come."""
    stream = Stream(delta=True)
    stream.assign(snapshot("s5", cds={"a": "1"}, rds={"r": "2"}))
    assert stream.ask("cds", have={"a": "1", "gone": "1"}) == ["cds"]
    assert stream.ask("rds", "r", have={"r": "1"}) == ["rds +r=2"]
    assert stream.ack("cds") == []
    assert stream.ack("rds") == ["cds -gone"]


def test_s9_a_returning_delta_client_that_is_up_to_date_gets_nothing() -> None:
    """S9: a reconnect without a change costs no resource, and the proxy is live at once."""
    stream = Stream(delta=True)
    ones = {"a": "1", "b": "1"}
    assert stream.ask("cds", have=ones) == []
    assert stream.ask("eds", "a", "b", have=ones) == []
    assert stream.ask("lds", have={"l": "1"}) == []
    assert stream.ask("rds", "r", have={"r": "1"}) == []
    assert stream.assign(MESH) == []
    assert stream.status == ("s1", SyncStatus.SYNCED, False, "")


def test_s10_subscribe_and_unsubscribe_ride_on_an_ack() -> None:
    """S10: one request may acknowledge, ask and drop, in that order."""
    stream = Stream(delta=True)
    stream.assign(MESH)
    stream.ask("eds", "a")
    assert stream.ask("eds", "b", drop=["a"], nonce=stream.nonces["eds"]) == ["eds +b=1"]
    changed = successor(MESH, Version("s2"), resources(eds={"a": "2", "b": "2"}), [])
    assert stream.assign(changed) == ["eds +b=2"]
