"""The story's folders."""

from tools.demo.judge import CLOSED, Visitor
from tools.demo.steps import canary_pushes, read_steps


def test_the_story_is_told_in_order() -> None:
    """The steps come in the order of the story, and each changes at least one file."""
    steps = read_steps()
    assert [step.name.split("-")[0] for step in steps] == ["1", "2", "3", "4", "5a", "5b", "5c"]
    assert all(step.files for step in steps)


def test_every_step_changes_something_in_its_files() -> None:
    """No step commits what is there already, which would be no commit at all."""
    state: dict[str, str] = {}
    for step in read_steps():
        after = {**state, **step.files}
        assert after != state, step.name
        state = after


def test_the_story_ends_open_and_at_one_version() -> None:
    """At the end both kinds of visitors meet reviews v3 and nothing else."""
    last = read_steps()[-1].expectation
    assert last.is_open
    assert not CLOSED.is_open
    assert {last.allowed(visitor) for visitor in Visitor} == {frozenset({"v3"})}


def test_canary_pushes_are_each_visible() -> None:
    """Every further push allows only what the one before it did not, and v1 comes after v3."""
    steps = read_steps()
    pushes = canary_pushes(steps, 5)
    assert len(pushes) == 5
    former = steps[-1]
    for push in pushes:
        for visitor in Visitor:
            assert not push.expectation.allowed(visitor) & former.expectation.allowed(visitor)
        former = push


def test_canary_pushes_change_files() -> None:
    """Every further push differs from the one before it in its files."""
    state: dict[str, str] = {}
    steps = read_steps()
    for step in steps:
        state |= step.files
    for push in canary_pushes(steps, 4):
        assert {**state, **push.files} != state
        state |= push.files
