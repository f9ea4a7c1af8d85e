"""How answers are counted while steps come and go."""

import pytest

from tools.demo.judge import Expectation, Visitor
from tools.demo.tally import SETTLED_AFTER_S, Tally
from tools.demo.tests.replies import response


def expectation(plain: str, jason: str | None = None) -> Expectation:
    """Allow versions such as `v1 v3` for plain visitors, and others for jason."""
    both = (plain, plain if jason is None else jason)
    return Expectation({v: frozenset(text.split()) for v, text in zip(Visitor, both, strict=True)})


@pytest.fixture
def tally() -> Tally:
    """Give a tally of an open fleet in which everybody meets v1, at the start of a step to v3."""
    made = Tally()
    made.begin(expectation("v1"))
    made.settle(0.0)
    made.begin(expectation("v3"))
    return made


def ask(tally: Tally, version: str, sent_s: float, answered_s: float) -> None:
    """Let a plain visitor meet a version."""
    tally.answered(tally.sent("cluster1", Visitor.PLAIN, sent_s), response(version), answered_s)


@pytest.mark.parametrize("version", ["v1", "v3"])
def test_a_running_step_allows_what_was_before(tally: Tally, version: str) -> None:
    """Until the step is live, the former and the new behaviour are both right."""
    ask(tally, version, 10.0, 10.1)
    assert (tally.requests, tally.failed) == (1, 0)


def test_a_version_of_neither_step_fails(tally: Tally) -> None:
    """What neither step allows is counted and said."""
    ask(tally, "v2", 10.0, 10.1)
    assert tally.failed == 1
    assert tally.faults == ["cluster1, plain: met reviews v2, allowed v1, v3"]


def test_live_means_live(tally: Tally) -> None:
    """A request that begins after the step is live everywhere must not meet what was before."""
    tally.settle(20.0)
    ask(tally, "v1", 20.0 + SETTLED_AFTER_S, 20.5)
    assert tally.failed == 1


def test_a_request_under_way_at_the_last_ack_may_meet_the_former(tally: Tally) -> None:
    """Only requests that begin after the step is live are held to it."""
    sent = tally.sent("cluster1", Visitor.PLAIN, 19.9)
    tally.settle(20.0)
    tally.answered(sent, response("v1"), 20.5)
    assert tally.failed == 0


def test_a_request_under_way_when_a_step_begins_may_meet_the_new(tally: Tally) -> None:
    """A request that began in the former step may already meet the next one."""
    tally.settle(20.0)
    sent = tally.sent("cluster1", Visitor.PLAIN, 25.0)
    tally.begin(expectation("v2"))
    tally.answered(sent, response("v2"), 25.1)
    assert tally.failed == 0


def test_the_first_new_answer_is_noted(tally: Tally) -> None:
    """The time of a step's first sight is that of the first answer that only it can give."""
    for at_s, version in ((10.0, "v1"), (10.2, "v3"), (10.4, "v3")):
        ask(tally, version, at_s, at_s + 0.1)
    assert tally.counts.seen_at_s == pytest.approx(10.3)


def test_a_step_that_only_narrows_is_not_observable(tally: Tally) -> None:
    """No single answer can show that a version is met no more."""
    tally.begin(expectation("v1 v3"))
    assert tally.is_observable
    tally.begin(expectation("v3"))
    assert not tally.is_observable


def test_a_step_that_only_narrows_is_seen_after_the_last_old_answer(tally: Tally) -> None:
    """An answer that both steps allow shows nothing until the last old one has come."""
    tally.begin(expectation("v1 v3"))
    tally.begin(expectation("v3"))
    for at_s, version in ((10.0, "v3"), (10.2, "v1"), (10.4, "v3"), (10.6, "v3")):
        ask(tally, version, at_s, at_s + 0.1)
    assert tally.counts.seen_at_s == pytest.approx(10.5)


def test_a_step_that_changes_nothing_is_never_seen(tally: Tally) -> None:
    """Where requests meet the same as before, no answer counts as the first one."""
    tally.begin(expectation("v3"))
    tally.begin(expectation("v3"))
    ask(tally, "v3", 10.0, 10.1)
    assert tally.counts.seen_at_s is None


def test_a_visitor_from_whom_nothing_is_taken_shows_nothing(tally: Tally) -> None:
    """Only visitors whose versions become fewer can show that a step narrows."""
    tally.begin(expectation("v1 v3", "v1"))
    tally.begin(expectation("v3", "v1"))
    tally.answered(tally.sent("cluster1", Visitor.JASON, 10.0), response("v1"), 10.1)
    assert tally.counts.seen_at_s is None


def test_a_closed_fleet_refuses_without_failing() -> None:
    """Before the gateway exists, a refused connection is neither a request nor a failure."""
    tally = Tally()
    tally.begin(expectation("v1"))
    sent = tally.sent("cluster1", Visitor.PLAIN, 1.0)
    tally.broken(sent, "refused", refused=True)
    assert (tally.requests, tally.failed) == (0, 0)


def test_an_open_fleet_must_not_refuse() -> None:
    """A gateway that answered once has to go on answering, also within the first step."""
    tally = Tally()
    tally.begin(expectation("v1"))
    ask(tally, "v1", 1.0, 1.1)
    tally.broken(tally.sent("cluster1", Visitor.PLAIN, 2.0), "refused", refused=True)
    assert tally.failed == 1


def test_a_broken_connection_fails_even_before_the_first_answer() -> None:
    """Only refusal belongs to a closed fleet; a reset or a timeout does not."""
    tally = Tally()
    tally.begin(expectation("v1"))
    tally.broken(tally.sent("cluster1", Visitor.PLAIN, 1.0), "reset", refused=False)
    assert tally.failed == 1
