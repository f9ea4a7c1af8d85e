"""Routes of the Gateway API say what Envoy can do."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"matches": ({"path": {"type": "PathPrefix", "value": "/a/b"}},)},),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"matches": ({"path": {"type": "Exact", "value": "/a%20b"}},)},),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=(
                    {"matches": ({"path": {"type": "RegularExpression", "value": "a//[^b]*"}},)},
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"matches": ({"path": {"type": "PathPrefix", "value": "/a/../b"}},)},),
            ),
            ["spec.rules[0].matches[0].path.value"],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"matches": ({"path": {"type": "Exact", "value": "/a#b"}},)},),
            ),
            ["spec.rules[0].matches[0].path.value"],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"matches": ({"path": {"type": "Exact", "value": "/a%2Fb"}},)},),
            ),
            ["spec.rules[0].matches[0].path.value"],
        ),
    ],
)
def test_a_path_is_normal(obj: MeshObject, expected: list[str]) -> None:
    """What Envoy would normalise away never matches; a regular expression is free."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"timeouts": {"request": "2s", "backendRequest": "2s"}},),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"timeouts": {"request": "0s", "backendRequest": "5s"}},),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"timeouts": {"request": "1s", "backendRequest": "1001ms"}},),
            ),
            ["spec.rules[0].timeouts.backendRequest"],
        ),
    ],
)
def test_a_backend_has_less_time_than_the_request(obj: MeshObject, expected: list[str]) -> None:
    """A request without an end bounds nothing."""
    assert paths(obj) == expected
