"""The story as data: each step is a folder with files to commit and what requests may then meet."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import yaml

from tools.demo.judge import Expectation, Visitor

FOLDER = Path(__file__).parent / "steps"


@dataclass(frozen=True, slots=True)
class Step:
    """One commit of the story. `files` are paths within the repository with their new content."""

    name: str
    changed: str
    expectation: Expectation
    files: Mapping[str, str]


def read_steps(folder: Path = FOLDER) -> tuple[Step, ...]:
    """Read the story in the order of its folder names."""
    return tuple(_read_step(path.parent) for path in sorted(folder.glob("*/step.yaml")))


def canary_pushes(steps: tuple[Step, ...], count: int) -> tuple[Step, ...]:
    """Return `count` further pushes that send everybody to v1 and to v3 in turn.

    Each of them is visible in the first request that meets it.
    """
    pair = [_only(steps, "v1"), _only(steps, "v3")]
    return tuple(
        Step(f"push-{number:03}", turn.changed, turn.expectation, turn.files)
        for number, turn in ((number, pair[(number - 1) % 2]) for number in range(1, count + 1))
    )


def _only(steps: tuple[Step, ...], version: str) -> Step:
    """Return the step of the story after which everybody meets one version."""
    wanted = frozenset({version})
    return next(
        step
        for step in steps
        if all(step.expectation.allowed(visitor) == wanted for visitor in Visitor)
    )


def _read_step(folder: Path) -> Step:
    """Read one step's folder."""
    data = yaml.safe_load((folder / "step.yaml").read_text())
    files = folder / "files"
    return Step(
        folder.name,
        data["changed"],
        Expectation({visitor: frozenset(data["reviews"][visitor]) for visitor in Visitor}),
        {
            path.relative_to(files).as_posix(): path.read_text()
            for path in sorted(files.rglob("*.yaml"))
        },
    )
