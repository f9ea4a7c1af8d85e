"""Tests of plans as values."""

from dataclasses import replace

from libs.kernel.ids import PlanHash, RevisionId
from libs.kernel.inventory import Action
from libs.planning.make import make_plan
from libs.planning.plan import executable, is_confirmed, question
from libs.planning.tests.values import a_key, a_live, a_manifest, a_record, a_round, settled


def test_the_hash_is_for_what_is_done() -> None:
    """Another revision that asks for the same keeps it; other content or objects do not."""
    plan = make_plan(a_round([a_manifest(a_key("a"))]))
    assert replace(plan, revision=RevisionId("r2"), generation=9).hash == plan.hash
    others = (
        make_plan(a_round([a_manifest(a_key("a"), {"data": {}})])),
        make_plan(a_round([a_manifest(a_key("b"))])),
        make_plan(a_round()),
    )
    assert plan.hash not in {other.hash for other in others}


def test_a_held_deletion_is_done_only_by_its_own_plan() -> None:
    """A confirmation of any other plan changes nothing."""
    _, records, lives = settled("a")
    plan = make_plan(a_round([], records, lives))
    assert [step.action for step in plan.held] == [Action.DELETED]
    assert plan.counts == {Action.SKIPPED: 1}
    assert list(executable(plan, None).steps) == []
    assert list(executable(plan, PlanHash("other")).steps) == []
    assert [step.held for step in executable(plan, plan.hash).steps] == [False]


def test_what_is_left_of_a_plan_is_what_there_is_to_confirm() -> None:
    """Once the rest is done, the next plan has the hash that was asked for before."""
    space = a_manifest(a_key("other", "Namespace"))
    live, (wanted, records, lives) = a_live(space), settled("a")
    records, lives = [*records, a_record(space, live)], [*lives, live]
    new = a_manifest(a_key("b"))
    plan = make_plan(a_round([*wanted, new], records, lives))
    made = a_live(new)
    after = a_round([*wanted, new], [*records, a_record(new, made)], [*lives, made])
    assert question(plan).hash == make_plan(after).hash != plan.hash
    assert is_confirmed(plan, question(plan).hash)
    assert not is_confirmed(plan, None)
