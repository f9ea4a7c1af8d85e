"""Tests of what is deleted, and of every doubt that keeps it."""

from dataclasses import replace

import pytest

from libs.kernel.inventory import Phase, RoundState
from libs.observed.sight import Sight
from libs.planning.manifests import OWNER, PRUNE
from libs.planning.policy import Policy
from libs.planning.pruning import prune
from libs.planning.tests.values import (
    a_key,
    a_live,
    a_manifest,
    a_policy,
    a_record,
    a_round,
    settled,
)


def test_what_git_dropped_is_deleted_as_it_was_seen() -> None:
    """The deletion names the very object and version that was judged."""
    wanted, records, lives = settled("a", "b")
    (step,) = prune(a_round(wanted[:1], records, lives)).steps
    assert (step.key.name, step.uid, step.resource_version, step.held) == ("b", "uid-b", "7", False)
    assert step.record is not None
    assert step.record.phase is Phase.DELETING


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ({"doubts": ("the branch vanished",)}, "the branch vanished"),
        ({"policy": Policy("example")}, "does not get set"),
        ({"policy": a_policy(max_deletions=1)}, "more than 1"),
        ({"policy": a_policy(max_deletions_percent=80)}, "more than 80 %"),
    ],
)
def test_a_doubt_holds_every_deletion_of_a_set(more: dict[str, object], reason: str) -> None:
    """They wait for a confirmation, each with the reason."""
    wanted, records, lives = settled("a", "b", "c", "d", "e", "f", "g")
    found = prune(a_round(wanted[:1], records, lives, **more))
    assert all(step.held and reason in step.reason for step in found.steps)
    assert len(found.steps) == 6


def test_a_set_that_became_empty_is_held() -> None:
    """An empty rendering is more often a mistake than a wish."""
    _, records, lives = settled("a")
    (step,) = prune(a_round([], records, lives)).steps
    assert step.held


def test_nothing_goes_while_its_kind_cannot_be_seen() -> None:
    """What was not looked at is neither deleted nor forgotten."""
    wanted, records, _ = settled("a", "b")
    sight = Sight(blind={("", "ConfigMap"): "timeout"})
    found = prune(a_round(wanted[:1], records, sight=sight))
    assert (found.steps, found.forgotten) == ((), ())
    assert [one.state for one in found.skipped] == [RoundState.WAITING]


@pytest.mark.parametrize(
    ("uid", "annotations"),
    [("another", {}), ("uid-b", {OWNER: "other/set"}), ("uid-b", {PRUNE: "disabled"})],
)
def test_what_is_not_ours_is_forgotten_not_deleted(uid: str, annotations: dict[str, str]) -> None:
    """Another object, another owner, or the wish to be left alone."""
    wanted, records, lives = settled("a", "b")
    metadata = {**lives[1].body["metadata"], "annotations": annotations}
    changed = replace(lives[1], uid=uid, body={**lives[1].body, "metadata": metadata})
    found = prune(a_round(wanted[:1], records, [lives[0], changed]))
    assert found.steps == ()
    assert [one.key.name for one in found.forgotten] == ["b"]


def test_an_unanswered_creation_is_deleted_if_it_is_ours() -> None:
    """A crash before the result leaves a record without uid; the object says the rest."""
    wanted, records, lives = settled("a", "b")
    half = replace(records[1], phase=Phase.APPLYING, uid="", owned="")
    (step,) = prune(a_round(wanted[:1], [records[0], half], lives)).steps
    assert step.uid == "uid-b"


def test_a_namespace_with_our_objects_stays() -> None:
    """It is not even asked for while anything of the fleet is in it."""
    space, inside = a_manifest(a_key("default", "Namespace")), a_manifest(a_key("a"))
    lives = [a_live(space), a_live(inside)]
    records = [a_record(space, lives[0]), a_record(inside, lives[1])]
    found = prune(a_round([inside], records, lives))
    assert found.steps == ()
    assert "still holds" in found.skipped[0].reason


def test_a_namespace_is_always_asked_for() -> None:
    """Even a single one, in a set with many objects."""
    wanted, records, lives = settled("a", "b", "c")
    space = a_manifest(a_key("other", "Namespace"))
    live = a_live(space)
    found = prune(a_round(wanted, [*records, a_record(space, live)], [*lives, live]))
    assert [(step.key.name, step.held) for step in found.steps] == [("other", True)]


def test_a_deletion_on_its_way_is_waited_for() -> None:
    """It is not deleted twice; who holds it is said."""
    wanted, records, lives = settled("a", "b")
    metadata = {
        **lives[1].body["metadata"],
        "deletionTimestamp": "now",
        "finalizers": ["example.com/keep"],
    }
    dying = replace(lives[1], body={**lives[1].body, "metadata": metadata})
    found = prune(a_round(wanted[:1], records, [lives[0], dying]))
    assert found.steps == ()
    assert "example.com/keep" in found.skipped[0].reason


@pytest.mark.parametrize("settings", [{"prune": False}, {"suspend": True}])
def test_a_set_may_keep_what_git_dropped(settings: dict[str, bool]) -> None:
    """Records stay, so that it can be deleted later."""
    wanted, records, lives = settled("a", "b")
    found = prune(a_round(wanted[:1], records, lives, policy=a_policy(**settings)))
    assert (found.steps, found.forgotten) == ((), ())
    assert len(found.skipped) == 1
