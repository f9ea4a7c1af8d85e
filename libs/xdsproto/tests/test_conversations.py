"""Conversations of one stream, as plain lists: what is said, and what must be answered.

The letters and numbers in the sentences are those of the protocol's rules as the project keeps
them: T transport, A acknowledgement, S subscription, O order.
"""

from collections.abc import Sequence

import pytest

from libs.kernel.ids import ResourceName, TypeUrl, Version
from libs.kernel.proxies import SyncStatus
from libs.kernel.xds import CLUSTER, ENDPOINT, LISTENER, PUSH_ORDER, ROUTE, SECRET, Resource
from libs.xdsproto.commands import Close, CloseCode, Record, Respond
from libs.xdsproto.engine import AdsEngine, StreamLimits
from libs.xdsproto.events import DeltaRequest, Event, SnapshotAssigned, SotwRequest
from libs.xdsproto.published import Published, full, successor
from libs.xdsproto.typestate import IN_FLIGHT_MAX

TYPES = {"cds": CLUSTER, "eds": ENDPOINT, "lds": LISTENER, "rds": ROUTE, "sds": SECRET}
SHORT = {url: short for short, url in TYPES.items()}


def resources(**types: dict[str, str]) -> list[Resource]:
    """Make resources from `cds={"a": "1"}`: name and version."""
    return [
        Resource(TYPES[short], ResourceName(name), Version(version), f"{name}={version}".encode())
        for short, named in types.items()
        for name, version in named.items()
    ]


def snapshot(version: str, **types: dict[str, str]) -> Published:
    """Publish a snapshot from nothing."""
    return full(Version(version), resources(**types))


class Stream:
    """An engine with a client that remembers the last nonce of each type."""

    def __init__(self, *, delta: bool, limits: StreamLimits | None = None) -> None:
        """Open a stream."""
        self.engine = AdsEngine(limits)
        self.delta = delta
        self.nonces: dict[str, str] = {}
        self.versions: dict[str, str] = {}
        self.records: list[Record] = []
        self.seen_nonces: list[str] = []

    def assign(self, published: Published) -> list[str]:
        """Assign a snapshot and return what is sent."""
        return self.send(SnapshotAssigned(published))

    def ask(
        self,
        short: str,
        *names: str,
        drop: Sequence[str] = (),
        have: dict[str, str] | None = None,
        nonce: str = "",
        version: str = "",
    ) -> list[str]:
        """Send a request that is no answer (or one to `nonce`)."""
        wanted = tuple(ResourceName(name) for name in names)
        if not self.delta:
            event = SotwRequest(TYPES.get(short, TypeUrl(short)), wanted, Version(version), nonce)
            return self.send(event)
        return self.send(
            DeltaRequest(
                TYPES.get(short, TypeUrl(short)),
                wanted,
                tuple(ResourceName(name) for name in drop),
                {ResourceName(n): Version(v) for n, v in (have or {}).items()},
                nonce,
            )
        )

    def ack(self, short: str, *names: str, error: str | None = None, nonce: str = "") -> list[str]:
        """Answer the last response of a type; names as the variant understands them."""
        wanted = tuple(ResourceName(name) for name in names)
        nonce = nonce or self.nonces[short]
        if self.delta:
            return self.send(DeltaRequest(TYPES[short], wanted, (), {}, nonce, error))
        version = Version(self.versions[short])
        return self.send(SotwRequest(TYPES[short], wanted, version, nonce, error))

    def send(self, event: Event) -> list[str]:
        """Send an event; return the responses as `type +name=version -removed`."""
        self.engine.receive(event)
        answers = []
        while commands := self.engine.advance():
            for command in commands:
                match command:
                    case Record():
                        self.records.append(command)
                    case Respond():
                        answers.append(self._note(command))
                    case Close():
                        return [f"close {command.code}: {command.reason}"]
        return answers

    def _note(self, response: Respond) -> str:
        short = SHORT.get(response.type_url, response.type_url)
        self.nonces[short], self.versions[short] = response.nonce, response.version
        self.seen_nonces.append(response.nonce)
        sent = [f"+{entry.name}={entry.version}" for entry in response.entries]
        return " ".join([short, *sent, *(f"-{name}" for name in response.removed)])

    @property
    def status(self) -> tuple[str, SyncStatus, bool, str]:
        """The last record."""
        last = self.records[-1]
        return last.snapshot, last.sync, last.carried, last.error


BOTH = pytest.mark.parametrize("delta", [False, True], ids=["sotw", "delta"])

MESH = snapshot(
    "s1",
    cds={"a": "1", "b": "1"},
    eds={"a": "1", "b": "1"},
    lds={"l": "1"},
    rds={"r": "1"},
)


def started(*, delta: bool, published: Published = MESH) -> Stream:
    """A client that asked for everything it refers to, and acknowledged it."""
    stream = Stream(delta=delta)
    stream.assign(published)
    endpoints = sorted(published.of(ENDPOINT).entries)
    stream.ask("cds")
    stream.ask("eds", *endpoints)
    stream.ack("eds", *(() if delta else endpoints))
    stream.ack("cds")
    stream.ask("lds")
    stream.ask("rds", "r")
    stream.ack("lds")
    stream.ack("rds", *(() if delta else ["r"]))
    assert stream.status[:2] == (published.version, SyncStatus.SYNCED)
    return stream


def names_for_ack(stream: Stream, *names: str) -> tuple[str, ...]:
    """A state-of-the-world ACK repeats the names, an incremental one does not."""
    return () if stream.delta else names


# T: transport and stream


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


# A: acknowledgement


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


# S: subscriptions


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


# O: order


@BOTH
def test_o1_changes_go_out_clusters_first_routes_last(*, delta: bool) -> None:
    """O1: clusters, their endpoints, listeners, routes."""
    stream = started(delta=delta)
    twos = resources(cds={"a": "2"}, eds={"b": "2"}, lds={"l": "2"}, rds={"r": "2"})
    kinds = [
        answer.split()[0] for answer in stream.assign(successor(MESH, Version("s2"), twos, []))
    ]
    assert kinds == ["cds", "eds", "lds", "rds"]
    assert [SHORT[url] for url in PUSH_ORDER[:4]] == kinds


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


# status


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
