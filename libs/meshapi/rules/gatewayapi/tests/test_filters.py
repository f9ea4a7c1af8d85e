"""A filter has the field that goes with its type."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"filters": ({"type": "CORS", "cors": {"allowOrigins": ("*",)}},)},),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=({"filters": ({"type": "CORS", "cors": {}, "urlRewrite": {}},)},),
            ),
            ["spec.rules[0].filters[0].urlRewrite"],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute", rules=({"filters": ({"type": "CORS"},)},)
            ),
            ["spec.rules[0].filters[0]"],
        ),
    ],
)
def test_a_filter_has_its_own_field(obj: MeshObject, expected: list[str]) -> None:
    """No field of another type stands beside it."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=(
                    {
                        "filters": (
                            {
                                "type": "RequestMirror",
                                "requestMirror": {"backendRef": {"name": "a", "port": 1}},
                            },
                            {
                                "type": "RequestMirror",
                                "requestMirror": {"backendRef": {"name": "a", "port": 1}},
                            },
                        )
                    },
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/HTTPRoute",
                rules=(
                    {
                        "filters": (
                            {"type": "URLRewrite", "urlRewrite": {}},
                            {"type": "URLRewrite", "urlRewrite": {}},
                        )
                    },
                ),
            ),
            ["spec.rules[0].filters[1].type"],
        ),
    ],
)
def test_some_filters_stand_once(obj: MeshObject, expected: list[str]) -> None:
    """Mirrors may repeat, rewriting may not."""
    assert paths(obj) == expected
