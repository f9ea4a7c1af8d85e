"""The listener of steps for tests."""

from libs.fakes.steps import RecordedSteps


def test_steps_are_kept_in_their_order() -> None:
    """A test sees what happened, also when a step came twice."""
    steps = RecordedSteps()
    for name in ("a", "b", "a"):
        steps.reached(name)
    assert steps.names == ["a", "b", "a"]
