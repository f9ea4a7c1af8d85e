"""Tests of which objects are made, changed, or left."""

from dataclasses import replace
from typing import Any

import pytest

from libs.kernel.inventory import Action, ObjectResult, Phase, RoundState
from libs.observed.sight import Sight
from libs.planning.applying import drift_of, interim, steps
from libs.planning.plan import Step
from libs.planning.rounds import Round
from libs.planning.tests.values import (
    a_key,
    a_live,
    a_manifest,
    a_policy,
    a_record,
    a_round,
    settled,
)

Manager = tuple[str, str, dict[str, Any]]

EDITED: Manager = ("kubectl-edit", "Update", {"f:data": {"f:value": {}}})
APPLIED: Manager = ("other", "Apply", {"f:data": {"f:value": {}}})


def the_step(given: Round) -> Step:
    """Return the only step of a round."""
    (found,) = steps(given)
    assert isinstance(found, Step)
    return found


def the_result(given: Round) -> ObjectResult:
    """Return why the only object of a round is left."""
    (found,) = steps(given)
    assert isinstance(found, ObjectResult)
    return found


def test_what_is_as_it_should_be_is_no_step() -> None:
    """Equal content, object and ownership mean that nothing is done."""
    wanted, records, lives = settled("a", "b")
    assert list(steps(a_round(wanted, records, lives))) == [None, None]


def test_what_is_nowhere_is_created() -> None:
    """A new object has no condition, and its intent no uid."""
    step = the_step(a_round([a_manifest(a_key("a"))]))
    assert (step.action, step.uid, step.force) == (Action.CREATED, "", False)
    assert step.record is not None
    assert (step.record.phase, step.record.uid) == (Phase.APPLYING, "")


def test_a_change_of_git_names_the_object_that_it_is_for() -> None:
    """Other content is applied under the conditions of what was seen, and never by force."""
    _, records, lives = settled("a")
    wanted = a_manifest(a_key("a"), {"data": {"value": "2"}})
    step = the_step(a_round([wanted], records, lives))
    found = (step.action, step.uid, step.resource_version, step.force)
    assert found == (Action.CONFIGURED, "uid-a", "7", False)


@pytest.mark.parametrize(("by", "force"), [(EDITED, True), (APPLIED, False)])
def test_drift_is_taken_back_unless_somebody_applies_it(by: Manager, *, force: bool) -> None:
    """An edit is healed by force; a field that another manager applies is a conflict to report."""
    wanted, records, _ = settled("a")
    live = a_live(wanted[0], [by], data={"value": "2"})
    step = the_step(a_round(wanted, records, [live]))
    assert step.force is force
    assert by[0] in step.reason
    assert ".data.value" in step.reason


def test_an_intent_that_was_never_answered_is_applied_again() -> None:
    """After a crash the object is looked at anew, whatever it looks like."""
    wanted, records, lives = settled("a")
    half = replace(records[0], phase=Phase.APPLYING)
    assert the_step(a_round(wanted, [half], lives)).action is Action.CONFIGURED


def test_a_kind_that_cannot_be_seen_is_left() -> None:
    """Nobody applies what he cannot look at."""
    wanted, records, _ = settled("a")
    sight = Sight(blind={("", "ConfigMap"): "forbidden"})
    result = the_result(a_round(wanted, records, sight=sight))
    assert result.state is RoundState.WAITING
    assert "forbidden" in result.reason


def test_an_object_on_its_way_out_is_waited_for() -> None:
    """Nothing is applied to what is being deleted."""
    wanted, records, lives = settled("a")
    body = lives[0].body
    dying = {**body, "metadata": {**body["metadata"], "deletionTimestamp": "now"}}
    result = the_result(a_round(wanted, records, [replace(lives[0], body=dying)]))
    assert result.state is RoundState.WAITING


def test_a_suspended_set_is_left() -> None:
    """Not even what is missing is made."""
    policy = a_policy(suspend=True)
    result = the_result(a_round([a_manifest(a_key("a"))], policy=policy))
    assert result.state is RoundState.SUSPENDED


def test_a_weight_that_another_controller_sets_is_no_drift() -> None:
    """The list is theirs now, and its values are those that the rule lets them set."""
    from libs.planning.ignoring import IgnoreRule, pointer

    key = a_key("v", "VirtualService", "networking.istio.io")
    route = [{"destination": {"host": "a"}, "weight": 90}]
    wanted = a_manifest(key, {"spec": {"http": [{"route": route}]}})
    record = a_record(wanted, a_live(wanted))
    moved = [{"destination": {"host": "a"}, "weight": 10}]
    flagger: Manager = ("flagger", "Update", {"f:spec": {"f:http": {}}})
    live = a_live(wanted, [flagger], spec={"http": [{"route": moved}]})
    live.body["metadata"]["managedFields"][0]["fieldsV1"] = {"f:spec": {}}
    rule = IgnoreRule((pointer("/spec/http/*/route/*/weight"),))
    policy = a_policy(ignore=(rule,))
    assert list(steps(a_round([wanted], [record], [live], policy=policy))) == [None]
    assert drift_of(wanted, record, a_round([wanted], [record], [live])) is not None


def test_an_object_needs_its_namespace_and_its_definition() -> None:
    """Where these fail, what needs them is not tried."""
    crd = a_manifest(
        a_key("ships.example.com", "CustomResourceDefinition", "apiextensions.k8s.io"),
        {"spec": {"group": "example.com", "names": {"kind": "Ship"}}},
    )
    space = a_manifest(a_key("default", "Namespace"))
    ship = a_manifest(a_key("argo", "Ship", "example.com"))
    found = {
        one.key: one.needs for one in steps(a_round([crd, space, ship])) if isinstance(one, Step)
    }
    assert set(found[ship.key]) == {crd.key, space.key}
    assert found[crd.key] == ()


def test_subsets_that_go_stay_for_now() -> None:
    """The early step has both the old and the new; where nothing goes there is none."""
    key = a_key("d", "DestinationRule", "networking.istio.io")
    former = a_manifest(key, {"spec": {"host": "a", "subsets": [{"name": "v1"}]}})
    wanted = a_manifest(key, {"spec": {"host": "a", "subsets": [{"name": "v2"}]}})
    live = a_live(former)
    step = the_step(a_round([wanted], [a_record(former, live)], [live]))
    early = interim(step, live)
    assert early is not None
    assert [one["name"] for one in early.body["spec"]["subsets"]] == ["v2", "v1"]
    assert early.record is not None
    assert step.record is not None
    assert early.record.desired != step.record.desired
    assert interim(replace(step, body=former.body), live) is None
