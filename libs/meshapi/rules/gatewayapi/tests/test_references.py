"""What is named twice is told apart."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "gateway.networking.k8s.io/TCPRoute",
                parentRefs=({"name": "a"}, {"name": "b"}),
                rules=({"backendRefs": ({"name": "a", "port": 1},)},),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/TCPRoute",
                parentRefs=({"name": "a", "sectionName": "x"}, {"name": "a", "sectionName": "y"}),
                rules=({"backendRefs": ({"name": "a", "port": 1},)},),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/TCPRoute",
                parentRefs=({"name": "a", "sectionName": "x"}, {"name": "a"}),
                rules=({"backendRefs": ({"name": "a", "port": 1},)},),
            ),
            ["spec.parentRefs[1]"],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/TCPRoute",
                parentRefs=({"name": "a"}, {"name": "a"}),
                rules=({"backendRefs": ({"name": "a", "port": 1},)},),
            ),
            ["spec.parentRefs[1]"],
        ),
    ],
)
def test_a_parent_twice_has_sections(obj: MeshObject, expected: list[str]) -> None:
    """Every one of them, or the one without would take all."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "gateway.networking.k8s.io/TCPRoute", rules=({"backendRefs": ({"name": "a"},)},)
            ),
            ["spec.rules[0].backendRefs[0]"],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/TCPRoute",
                rules=({"backendRefs": ({"group": "a", "kind": "B", "name": "a"},)},),
            ),
            [],
        ),
    ],
)
def test_a_service_has_a_port(obj: MeshObject, expected: list[str]) -> None:
    """Other backends may have none."""
    assert paths(obj) == expected
