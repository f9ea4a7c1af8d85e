"""Tests of rollouts over random stories, and of the overseer who looks at every write."""

from collections.abc import Callable
from typing import Any

import pytest

from libs.rollout import failing, moving, returning, step
from tests.simulation.overseeing import ViolationError
from tests.simulation.rolling import Story, failures

SEEDS = 500
MUTANT_SEEDS = 400


def test_no_story_ends_badly() -> None:
    """Whatever fails, no wave exceeds its limits and everybody ends at one revision."""
    assert [f"seed {one.seed}: {one.what}" for one in failures(range(SEEDS))] == []


def test_a_story_replays() -> None:
    """One seed always gives the same story."""
    ends = []
    for _ in range(2):
        story = Story(7)
        story.run()
        ends.append((story.store.rollout(), story.clock.monotonic_s(), story.overseer.writes))
    assert ends[0] == ends[1]


def _never(*_: Any, **__: Any) -> str:
    return ""


@pytest.mark.parametrize(
    ("module", "name", "mutant", "seen"),
    [
        (moving, "at_most", lambda _share, clusters: clusters, "clusters move at once"),
        (moving, "closed_by", lambda *_, **__: None, "its window is closed"),
        (moving, "lacking", _never, "nobody agreed to"),
        (failing, "tolerated", lambda _share, clusters: clusters, "goes on with"),
        (returning, "home", lambda look, _: look.state.plan.revision, "did not go back"),
        (step, "failure", _never, "goes on with"),
    ],
    ids=["concurrency", "windows", "approvals", "budget", "home", "failures"],
)
def test_the_overseer_sees_what_must_not_be(
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    name: str,
    mutant: Callable[..., Any],
    seen: str,
) -> None:
    """A rule that is taken out of the code is missed within a few stories."""
    monkeypatch.setattr(module, name, mutant)
    for seed in range(MUTANT_SEEDS):
        try:
            Story(seed).run()
        except ViolationError as error:
            if seen in str(error):
                return
    raise AssertionError("no story shows it")
