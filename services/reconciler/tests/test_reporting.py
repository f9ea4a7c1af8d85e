"""Tests of what is said of a round."""

from dataclasses import replace

from libs.kernel.inventory import Action, ObjectResult, RoundState
from libs.planning.make import make_plan
from libs.planning.tests.values import SHOP, a_key, a_live, a_manifest, a_round, settled
from services.reconciler.execute import Outcome
from services.reconciler.reporting import RESULTS_MAX, reported, timed


def test_a_round_is_as_bad_as_its_worst_part() -> None:
    """A failure outweighs what waits; everything is counted."""
    wanted, records, lives = settled("a")
    plan = make_plan(a_round([], records, lives))
    failed = ObjectResult(a_key("b"), SHOP, Action.SKIPPED, "no")
    assert reported(plan, Outcome(), None, {}).state is RoundState.HELD
    assert reported(plan, Outcome([failed]), None, {}).state is RoundState.FAILED
    assert reported(plan, Outcome(), plan.hash, {}).state is RoundState.DONE
    assert reported(plan, Outcome(interrupted="later"), plan.hash, {}).reason == "later"
    assert wanted[0].set == SHOP


def test_health_is_part_of_it() -> None:
    """An object that is applied and not yet what it should be makes the round wait."""
    key = a_key("d", "Deployment", "apps")
    live = a_live(a_manifest(key, {"spec": {"replicas": 2}}), status={"readyReplicas": 1})
    report = reported(make_plan(a_round()), Outcome(), None, {key: (SHOP, live)})
    assert report.state is RoundState.WAITING
    assert report.results[0].set == SHOP


def test_a_round_without_news_keeps_what_was_said() -> None:
    """How the cluster became so is told until something else happens."""
    made = reported(make_plan(a_round([a_manifest(a_key("a"))])), Outcome(), None, {})
    did = replace(made, counts={Action.CREATED: 1}, at_s=5.0)
    quiet = reported(make_plan(a_round(*settled("a"))), Outcome(), None, {})
    assert timed(quiet, did, 9.0, str) is did
    assert timed(replace(quiet, generation=2), did, 9.0, str).at_s == 9.0


def test_many_results_are_cut_the_gravest_kept() -> None:
    """The counts are of all objects."""
    results = [
        ObjectResult(a_key(f"a{number:04d}"), SHOP, Action.CONFIGURED, "healed")
        for number in range(RESULTS_MAX + 50)
    ]
    failed = ObjectResult(a_key("z"), SHOP, Action.SKIPPED, "no")
    report = reported(make_plan(a_round()), Outcome([*results, failed]), None, {})
    assert len(report.results) == RESULTS_MAX
    assert report.results[0].key == failed.key
    assert report.counts == {Action.CONFIGURED: RESULTS_MAX + 50, Action.SKIPPED: 1}


def test_a_report_keeps_the_time_of_its_news_and_no_secret() -> None:
    """The same again is the former report; another one has the present time."""
    quiet = reported(make_plan(a_round()), Outcome(), None, {})
    report = replace(quiet, reason="has hunter2", state=RoundState.FAILED)

    def redact(text: str) -> str:
        return text.replace("hunter2", "***")

    first = timed(report, None, 5.0, redact)
    assert (first.at_s, first.reason) == (5.0, "has ***")
    assert timed(report, first, 9.0, redact) is first
    assert timed(replace(report, reason="x"), first, 9.0, redact).at_s == 9.0
