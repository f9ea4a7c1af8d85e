"""Tests of plans as values."""

from dataclasses import replace

from libs.kernel.ids import PlanHash, RevisionId
from libs.kernel.inventory import Action
from libs.planning.make import make_plan
from libs.planning.plan import executable
from libs.planning.tests.values import a_key, a_manifest, a_round, settled


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
