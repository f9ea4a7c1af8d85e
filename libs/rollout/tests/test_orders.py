"""What people may tell a rollout."""

from typing import Any

import pytest

from libs.kernel.ids import PlanHash
from libs.kernel.rollouts import Occasion, Stage
from libs.rollout.approving import is_author
from libs.rollout.orders import (
    Order,
    Person,
    RefusedOrderError,
    abort,
    approval_of,
    pause,
    resume,
    skip_of,
)
from libs.rollout.result import WaitKind
from libs.rollout.tests.story import CANARY, PERSON, Story, kind, strategy


def _asking(**approval: Any) -> Story:
    story = Story(strategy(waves=[{**CANARY, "approval": approval}]))
    assert kind(story.go()) is WaitKind.APPROVAL
    return story


def _approve(story: Story, name: str, *groups: str) -> None:
    story.tell(approval_of(story.now().plan.hash), person=Person(name, groups))


def test_a_wave_waits_for_as_many_people_as_it_needs() -> None:
    """One who agrees twice is one."""
    story = _asking(count=2)
    _approve(story, "ann")
    _approve(story, "ann")
    assert kind(story.go()) is WaitKind.APPROVAL
    _approve(story, "bob")
    story.go()
    assert story.stage() is Stage.DONE


def test_only_members_of_the_groups_count() -> None:
    """Anybody else is told which ones."""
    story = _asking(groups=["security", "sre"])
    with pytest.raises(RefusedOrderError, match="in none of the groups security, sre"):
        _approve(story, "ann", "ops")
    _approve(story, "ann", "ops", "sre")
    story.go()
    assert story.stage() is Stage.DONE


@pytest.mark.parametrize("allowed", [False, True])
def test_an_author_approves_only_where_the_policy_allows_it(allowed: bool) -> None:  # noqa: FBT001
    """Two eyes see no more than one."""
    story = Story(strategy(waves=[{**CANARY, "approval": {"authorMayApprove": allowed}}]))
    story.want("new", authors=("Ann <ann@example.com>",))
    story.go()
    if allowed:
        _approve(story, "ann@example.com")
    else:
        with pytest.raises(RefusedOrderError, match="is an author of the change"):
            _approve(story, "ann@example.com")


def test_an_approval_is_for_one_plan() -> None:
    """A commit that came in between is another plan, which nobody has agreed to."""
    story = _asking()
    former = story.now().plan.hash
    _approve(story, "ann")
    story.want("newer")
    assert kind(story.go()) is WaitKind.APPROVAL
    with pytest.raises(RefusedOrderError, match=f"it is for plan {former[:12]}"):
        story.tell(approval_of(former))
    with pytest.raises(RefusedOrderError, match="it is for plan x"):
        story.tell(approval_of(PlanHash("x")))
    _approve(story, "ann")
    story.go()
    assert story.at("newer") == ["c1", "e1", "e2", "z1"]


@pytest.mark.parametrize("who", ["Ann <ann@example.com>", "ann@example.com", "ann", "ANN"])
def test_an_author_is_known_by_every_spelling(who: str) -> None:
    """Name, address or both, in any case."""
    assert is_author(who, ["Bob <bob@example.com>", "Ann <ann@example.com>"])


@pytest.mark.parametrize("who", ["an", "example.com", "bob"])
def test_others_are_no_authors(who: str) -> None:
    """A part of a name is nobody's name."""
    assert not is_author(who, ["Ann <ann@example.com>"])


def test_an_order_is_told_with_who_and_why() -> None:
    """The history has the plan that it was about."""
    story = _asking()
    story.tell(pause, "lunch")
    event = story.events[-1]
    assert (event.occasion, event.who, event.why) == (Occasion.PAUSED, PERSON.name, "lunch")
    assert (event.plan, event.wave) == (story.now().plan.hash, "canary")
    assert story.now().paused == "ann: lunch"
    story.tell(resume)
    assert story.now().paused == ""


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (resume, "neither paused nor held"),
        (skip_of("soak"), "does not soak now"),
        (skip_of("rate"), "no gate rate is asked now; those that are: none"),
    ],
)
def test_an_order_that_does_not_fit_is_refused(order: Order, reason: str) -> None:
    """The sentence says what is the case."""
    with pytest.raises(RefusedOrderError, match=reason):
        _asking().tell(order)


def test_nothing_is_skipped_without_a_reason() -> None:
    """The history shall say why."""
    with pytest.raises(RefusedOrderError, match="write a reason"):
        _asking().tell(skip_of("soak"), "")


def test_the_way_back_is_neither_paused_nor_aborted() -> None:
    """Nothing is more careful than going back."""
    story = _asking()
    story.tell(abort)
    for order in (pause, abort):
        with pytest.raises(RefusedOrderError, match="on its way back"):
            story.tell(order)
    story.go()
    assert story.stage() is Stage.RETURNED
    with pytest.raises(RefusedOrderError, match="the last one is returned"):
        story.tell(pause)
    assert story.at("old") == ["c1", "e1", "e2", "z1"]
