"""Tests of the reconciler over random stories, and of the judge that looks at them."""

import pytest

from libs.planning.manifests import OWNER
from libs.ports.kubecluster import Create, Delete
from services.reconciler.tests.places import NAME
from tests.simulation.reconciling import Story, ViolationError, failures

SEEDS = 500


def test_no_story_ends_badly() -> None:
    """Whatever fails, nothing of others is deleted and nothing of ours is left over."""
    assert [f"seed {one.seed}: {one.what}" for one in failures(range(SEEDS))] == []


def test_a_story_replays() -> None:
    """One seed always gives the same story."""
    ends = []
    for _ in range(2):
        story = Story(7)
        story.run()
        ends.append((len(story.server.events), story.clock.monotonic_s(), story.store.reports()))
    assert ends[0] == ends[1]


def test_the_judge_sees_what_is_left_over() -> None:
    """An object of ours that no inventory has is a violation."""
    story = Story(1)
    story.faults = False
    story.commits.commit({})
    metadata = {"name": "lost", "annotations": {OWNER: "example/shop"}}
    story.stranger.write([Create({"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata})])
    with pytest.raises(ViolationError, match="left over"):
        story.calm()


def test_the_judge_sees_a_deletion_of_what_is_not_ours() -> None:
    """A delete with the uid of a stranger's object ends the story."""
    story = Story(1)
    story.strangers.add("uid-9")
    key = next(iter(story.server.objects))
    with pytest.raises(ViolationError, match="never ours"):
        story.processes[0].interrupt(Delete(key, "uid-9"))
    assert story.store.inventory(NAME) == []
