"""Tests of what is shown of plans."""

import orjson

from libs.kernel.ids import ClusterName, PlanHash, RevisionId
from libs.kernel.inventory import Action, ClusterReport, ObjectResult, RoundState
from libs.planning.applying import drift_of
from libs.planning.make import make_plan
from libs.planning.showing import drift_json, plan_json, report_json
from libs.planning.tests.values import SHOP, a_key, a_live, a_manifest, a_record, a_round

VALUE = "hunter2-and-more"


def test_a_step_tells_the_fields_that_it_changes() -> None:
    """Old and new value of each; what the cluster has besides is not told."""
    former, wanted = a_manifest(a_key("a")), a_manifest(a_key("a"), {"data": {"value": "2"}})
    live = a_live(former)
    plan = make_plan(a_round([wanted], [a_record(former, live)], [live]))
    shown = plan_json(plan, {live.key: live})
    assert shown["plan"] == plan.hash
    assert shown["steps"][0]["fields"] == [{"path": ".data.value", "wanted": "2", "live": "1"}]


def test_no_value_of_a_secret_is_shown() -> None:
    """Neither the old nor the new one, in plans and in drift."""
    former = a_manifest(a_key("s", "Secret"), {"data": {"a": VALUE}})
    wanted = a_manifest(a_key("s", "Secret"), {"data": {"a": VALUE + "2"}})
    live = a_live(former)
    given = a_round([wanted], [a_record(former, live)], [live])
    drift = drift_of(wanted, a_record(former), given)
    assert drift is not None
    text = orjson.dumps([plan_json(make_plan(given), {live.key: live}), drift_json(drift)]).decode()
    assert VALUE not in text
    assert "*** (after)" in text


def test_a_report_is_told_as_it_is() -> None:
    """State, counts, and each object with its reason."""
    result = ObjectResult(a_key("a"), SHOP, Action.SKIPPED, "no", RoundState.FAILED)
    report = ClusterReport(
        ClusterName("c"), RevisionId("r"), 1, PlanHash("p"), RoundState.FAILED, 1.5,
        counts={Action.SKIPPED: 1}, results=(result,),
    )  # fmt: skip
    shown = report_json(report)
    assert (shown["state"], shown["counts"]) == ("failed", {"skipped": 1})
    assert shown["results"][0]["object"]["name"] == "a"
