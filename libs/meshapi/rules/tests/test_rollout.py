"""A rollout moves something and can end."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "Rollout",
                waves=({"name": "a", "soak": "10m"}, {"name": "b", "soak": "20m"}),
                progressDeadline="21m",
            ),
            [],
        ),
        (
            mesh_object(
                "Rollout",
                waves=({"name": "a", "soak": "10m"}, {"name": "b", "soak": "20m"}),
                progressDeadline="20m",
            ),
            ["spec.progressDeadline"],
        ),
        (
            mesh_object(
                "Rollout",
                waves=({"name": "a", "soak": "10m"}, {"name": "b", "soak": "20m"}),
                progressDeadline="15m",
            ),
            ["spec.progressDeadline"],
        ),
    ],
)
def test_the_deadline_leaves_time_for_the_longest_soak(
    obj: MeshObject, expected: list[str]
) -> None:
    """A deadline that passes while a wave soaks would always fail."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("Rollout", waves=({"name": "a", "gates": ({"name": "a", "live": {}},)},)), []),
        (
            mesh_object("Rollout", waves=({"name": "a", "gates": ({"name": "a"},)},)),
            ["spec.waves[0].gates[0]"],
        ),
        (
            mesh_object(
                "Rollout",
                waves=({"name": "a"},),
                gates=({"name": "a", "live": {}, "witnesses": {}},),
            ),
            ["spec.gates[0].witnesses"],
        ),
    ],
)
def test_a_gate_asks_one_thing(obj: MeshObject, expected: list[str]) -> None:
    """What asks nothing is always open, and what asks two is not decided."""
    assert paths(obj) == expected
