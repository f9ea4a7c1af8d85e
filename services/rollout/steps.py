"""The durable steps of the rollout service: every change of a rollout's stage is one of them."""

from libs.kernel.rollouts import Stage

PREFIX = "rollout."


def step_to(stage: Stage) -> str:
    """Return the name of the step that leads to, or goes on in, a stage."""
    return f"{PREFIX}{stage.value}"


ALL = tuple(step_to(stage) for stage in Stage)
