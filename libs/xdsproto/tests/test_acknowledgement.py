"""Conversations about ACK, NACK, versions and nonces."""

import pytest

from libs.kernel.ids import Version
from libs.kernel.proxies import SyncStatus
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
from libs.xdsproto.typestate import IN_FLIGHT_MAX


@BOTH
def test_a1_only_error_detail_makes_a_nack(*, delta: bool) -> None:
    """A1: an ACK that adds a name still shows the old version, and is no NACK."""
    stream = Stream(delta=delta)
    stream.assign(MESH)
    stream.ask("eds", "a")
    stream.versions["eds"] = ""
    assert stream.ack("eds", *names_for_ack(stream, "a"), "b") == ["eds +b=1"]
    assert all(record.sync is not SyncStatus.REFUSED for record in stream.records)


@BOTH
def test_a4_refused_bytes_are_not_sent_again_until_they_change(*, delta: bool) -> None:
    """A4: a NACK is recorded with its text; only a changed resource is tried again."""
    stream = started(delta=delta)
    bad = successor(MESH, Version("s2"), resources(rds={"r": "bad"}), [])
    assert stream.assign(bad) == ["rds +r=bad"]
    assert stream.ack("rds", *names_for_ack(stream, "r"), error="no such cluster") == []
    assert stream.status == ("s2", SyncStatus.REFUSED, True, "no such cluster")
    other = successor(bad, Version("s3"), resources(eds={"a": "2"}), [])
    assert stream.assign(other) == ["eds +a=2"]
    stream.ack("eds", *names_for_ack(stream, "a", "b"))
    assert stream.status == ("s3", SyncStatus.REFUSED, True, "no such cluster")
    good = successor(other, Version("s4"), resources(rds={"r": "2"}), [])
    assert stream.assign(good) == ["rds +r=2"]
    stream.ack("rds", *names_for_ack(stream, "r"))
    assert stream.status == ("s4", SyncStatus.SYNCED, True, "")


@BOTH
def test_a4_going_back_to_the_version_before_a_nack_is_sent(*, delta: bool) -> None:
    """A4, A7: nobody knows what a client kept of a refused response, so a return is sent too."""
    stream = started(delta=delta)
    bad = successor(MESH, Version("s2"), resources(rds={"r": "bad"}), [])
    stream.assign(bad)
    stream.ack("rds", *names_for_ack(stream, "r"), error="no")
    back = successor(bad, Version("s1"), resources(rds={"r": "1"}), [])
    assert stream.assign(back) == ["rds +r=1"]


def test_a7_what_was_refused_together_is_sent_together_again() -> None:
    """A7: a NACK is about a response, so good resources beside the bad one are repeated with it."""
    stream = started(delta=True)
    bad = successor(MESH, Version("s2"), resources(cds={"a": "bad", "b": "2"}), [])
    assert stream.assign(bad) == ["cds +a=bad +b=2", "eds +a=1 +b=1"]
    stream.ack("eds")
    stream.ack("cds", error="a is bad")
    fixed = successor(bad, Version("s3"), resources(cds={"a": "3"}), [])
    assert stream.assign(fixed) == ["cds +a=3 +b=2", "eds +a=1 +b=1"]
    stream.ack("eds")
    stream.ack("cds")
    assert stream.status[:2] == ("s3", SyncStatus.SYNCED)


def test_a7_an_accepted_full_set_ends_every_refusal_of_its_type() -> None:
    """A7, S7: a full set repeats all that was refused, so its ACK accepts all of it."""
    stream = started(delta=False)
    bad = successor(MESH, Version("s2"), resources(cds={"a": "bad", "b": "2"}), [])
    assert stream.assign(bad) == ["cds +a=bad +b=2", "eds +a=1 +b=1"]
    stream.ack("eds", "a", "b")
    stream.ack("cds", error="a is bad")
    assert stream.assign(successor(bad, Version("s3"), resources(cds={"a": "3"}), []))
    stream.ack("eds", "a", "b")
    stream.ack("cds")
    assert stream.status[:2] == ("s3", SyncStatus.SYNCED)


def test_a2_a_stale_sotw_request_is_ignored_but_counts_as_ack() -> None:
    """A2: names of an overtaken request are repeated by the client in its next one."""
    stream = Stream(delta=False)
    stream.assign(MESH)
    assert stream.ask("eds", "a") == ["eds +a=1"]
    first = stream.nonces["eds"]
    changed = successor(MESH, Version("s2"), resources(eds={"a": "2"}), [])
    assert stream.assign(changed) == ["eds +a=2"]
    assert stream.ack("eds", "a", "b", nonce=first) == []
    assert stream.ack("eds", "a", "b") == ["eds +b=1"]


def test_a3_a_stale_delta_request_still_subscribes() -> None:
    """A3: the nonce names a response; the subscription counts whatever it is."""
    stream = Stream(delta=True)
    stream.assign(MESH)
    assert stream.ask("eds", "a") == ["eds +a=1"]
    assert stream.ask("eds", "b", nonce="never sent") == ["eds +b=1"]


def test_a5_a_returning_sotw_client_with_equal_full_sets_gets_nothing() -> None:
    """A5: the version of a full set depends on its resources alone, so an equal one proves it."""
    before = started(delta=False)
    elsewhere = full(Version("s9"), resources(cds={"a": "1", "b": "1"}, lds={"l": "2"}))
    again = Stream(delta=False)
    again.assign(elsewhere)
    assert again.ask("cds", version=before.versions["cds"]) == []
    assert again.ask("lds", version=before.versions["lds"]) == ["lds +l=2"]


def test_a5_a_client_that_got_a_part_is_not_taken_for_one_that_has_all() -> None:
    """A5: the version of a named part differs from the version of the whole."""
    before = Stream(delta=False)
    before.assign(MESH)
    assert before.ask("cds", "a") == ["cds +a=1"]
    again = Stream(delta=False)
    again.assign(MESH)
    assert again.ask("cds", "*", version=before.versions["cds"]) == ["cds +a=1 +b=1"]


def test_a5_a_returning_sotw_client_is_sent_its_named_resources() -> None:
    """A5: an equal version of a partial type proves nothing, so what is named is sent."""
    before = started(delta=False)
    again = Stream(delta=False)
    again.assign(MESH)
    assert again.ask("eds", "a", version=before.versions["eds"]) == ["eds +a=1"]


@BOTH
def test_answers_to_a_slow_client_are_the_newest_state(*, delta: bool) -> None:
    """A client that does not answer gets a few responses, and later only the newest state."""
    stream = started(delta=delta)
    published, sent = MESH, []
    for number in range(2, 12):
        published = successor(
            published, Version(f"s{number}"), resources(rds={"r": str(number)}), []
        )
        sent += stream.assign(published)
    assert sent == [f"rds +r={number}" for number in range(2, 2 + IN_FLIGHT_MAX)]
    assert stream.ack("rds", *names_for_ack(stream, "r")) == ["rds +r=11"]
    stream.ack("rds", *names_for_ack(stream, "r"))
    assert stream.status == ("s11", SyncStatus.SYNCED, True, "")


def test_a7_a_full_set_that_is_accepted_after_all_ends_the_refusal() -> None:
    """A7, S7: a set that still holds the refused cluster, and is accepted, accepts it too."""
    stream = started(delta=False)
    bad = successor(MESH, Version("s2"), resources(cds={"a": "bad"}), [])
    stream.assign(bad)
    stream.ack("eds", "a", "b")
    stream.ack("cds", error="not now")
    assert stream.assign(successor(bad, Version("s3"), resources(cds={"b": "3"}), []))
    stream.ack("eds", "a", "b")
    stream.ack("cds")
    assert stream.status[:2] == ("s3", SyncStatus.SYNCED)


@BOTH
@pytest.mark.parametrize("wildcard", [False, True], ids=["named", "wildcard"])
def test_a_refusal_ends_with_the_interest_in_it(*, delta: bool, wildcard: bool) -> None:
    """A client that no longer wants what it refused is in step again."""
    stream = Stream(delta=delta)
    stream.assign(snapshot("s1", rds={"a": "1", "b": "1"}))
    stream.ask("rds", *(["*"] if wildcard else ["a", "b"]))
    stream.ack("rds", *names_for_ack(stream, *(["*"] if wildcard else ["a", "b"])), error="no")
    refused = stream.status[1]
    assert refused is SyncStatus.REFUSED
    if delta:
        stream.ask("rds", drop=["*"] if wildcard else ["a", "b"])
    else:
        stream.ack("rds", "c")
    assert stream.status[1] is SyncStatus.SYNCED


def test_what_was_refused_beside_something_replaced_is_tried_again() -> None:
    """A7: a NACK is for a response; when its bad part is replaced, the rest is tried again."""
    stream = Stream(delta=True)
    stream.assign(snapshot("1"))
    stream.ask("rds")
    stream.ask("rds", "a", "b")
    stream.ack("rds")
    first = stream.assign(snapshot("2", rds={"a": "1", "b": "bad"}))
    nonce = stream.nonces["rds"]
    second = stream.assign(snapshot("3", rds={"a": "1", "b": "2"}))
    assert (len(first), len(second)) == (1, 1)
    again = stream.ack("rds", nonce=nonce, error="b is bad")
    assert "a=1" in " ".join(again)
