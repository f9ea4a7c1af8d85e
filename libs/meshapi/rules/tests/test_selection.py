"""A policy is for one thing, in its own namespace."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "WasmPlugin", url="a", targetRefs=({"group": "", "kind": "Service", "name": "a"},)
            ),
            [],
        ),
        (
            mesh_object(
                "WasmPlugin",
                url="a",
                targetRefs=(
                    {"group": "gateway.networking.k8s.io", "kind": "Gateway", "name": "a"},
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "WasmPlugin",
                url="a",
                targetRefs=({"group": "networking.istio.io", "kind": "ServiceEntry", "name": "a"},),
            ),
            [],
        ),
        (
            mesh_object(
                "WasmPlugin",
                url="a",
                targetRefs=({"group": "networking.istio.io", "kind": "Gateway", "name": "a"},),
            ),
            ["spec.targetRefs[0].kind"],
        ),
        (
            mesh_object(
                "WasmPlugin", url="a", targetRefs=({"group": "", "kind": "Pod", "name": "a"},)
            ),
            ["spec.targetRefs[0].kind"],
        ),
    ],
)
def test_a_policy_attaches_to_what_can_be_attached_to(obj: MeshObject, expected: list[str]) -> None:
    """Kinds count with their group."""
    assert paths(obj) == expected
