"""Telemetry that would be ignored is refused."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "Telemetry", metrics=({"overrides": ({"tagOverrides": {"a": {"value": "b"}}},)},)
            ),
            [],
        ),
        (
            mesh_object("Telemetry", metrics=({"overrides": ({"tagOverrides": {"a": {}}},)},)),
            ["spec.metrics[0].overrides[0].tagOverrides.a"],
        ),
    ],
)
def test_an_override_says_what_it_needs(obj: MeshObject, expected: list[str]) -> None:
    """A tag that is added has a value, one that is removed has none."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("Telemetry", tracing=({"providers": ({"name": "a"},)},)), []),
        (mesh_object("Telemetry", tracing=({}, {})), ["spec.tracing[1]"]),
    ],
)
def test_one_tracing_with_one_provider_counts(obj: MeshObject, expected: list[str]) -> None:
    """Further ones would be ignored."""
    assert paths(obj) == expected
