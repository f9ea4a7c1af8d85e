"""Killed right after any durable step and started again, the fleet converges, and Envoy serves."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.compiler import steps as compiler_steps
from services.gitwatcher import steps as gitwatcher_steps
from services.xds import steps as xds_steps
from tests.e2e.smallfleet import route_to, until
from tests.e2e.stack import Stack, running_stack

STEPS = [
    *((("gitwatcher", step)) for step in gitwatcher_steps.ALL),
    *((("compiler", step)) for step in compiler_steps.ALL),
    *((("xds", step)) for step in xds_steps.ALL),
]


@pytest.fixture
def stack(tmp_path: Path, envoy: Path) -> Iterator[Stack]:
    """A small fleet on which the first commit, everything to v1, is live."""
    with running_stack(tmp_path) as running:
        yield running


@pytest.mark.parametrize(("service", "step"), STEPS, ids=[step for _, step in STEPS])
def test_a_service_killed_after_a_step_converges_when_started_again(
    stack: Stack, service: str, step: str
) -> None:
    """The step is hit, the next commit goes live all the same, and no request fails meanwhile."""
    with stack.load.constant():
        stack.processes.stop(service)
        stack.processes.start(service, kill_at=step)
        commit = stack.push({"configs/hello/route.yaml": route_to("v2")})
        stack.processes.wait_killed(service)
        stack.processes.start(service)
        until(lambda: stack.load.once() == "v2", f"v2 is served after a kill at {step}")
        until(lambda: stack.live_commit() == commit, f"{commit} is recorded as live")
    assert stack.load.failed == []


def test_every_durable_step_of_every_service_is_in_the_list() -> None:
    """A step that a service gains is killed at from that day on."""
    for service, module in [
        ("gitwatcher", gitwatcher_steps),
        ("compiler", compiler_steps),
        ("xds", xds_steps),
    ]:
        named = {
            value
            for name, value in vars(module).items()
            if name.isupper() and isinstance(value, str)
        }
        assert named == set(module.ALL) == {step for of, step in STEPS if of == service}
