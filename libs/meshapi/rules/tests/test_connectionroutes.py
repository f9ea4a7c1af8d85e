"""Connections are told apart by names and addresses that exist."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "VirtualService",
                hosts=("a.com",),
                gateways=("a",),
                tls=(
                    {
                        "match": ({"sniHosts": ("a.com",)},),
                        "route": ({"destination": {"host": "a"}},),
                    },
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "VirtualService",
                hosts=("*.a.com",),
                gateways=("a",),
                tls=(
                    {
                        "match": ({"sniHosts": ("b.a.com",)},),
                        "route": ({"destination": {"host": "a"}},),
                    },
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "VirtualService",
                hosts=("*",),
                gateways=("a",),
                tls=(
                    {
                        "match": ({"sniHosts": ("b.com",)},),
                        "route": ({"destination": {"host": "a"}},),
                    },
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "VirtualService",
                hosts=("*.a.com",),
                gateways=("a",),
                tls=(
                    {
                        "match": ({"sniHosts": ("a.com",)},),
                        "route": ({"destination": {"host": "a"}},),
                    },
                ),
            ),
            ["spec.tls[0].match[0].sniHosts[0]"],
        ),
        (
            mesh_object(
                "VirtualService",
                hosts=("a.com",),
                gateways=("a",),
                tls=(
                    {
                        "match": ({"sniHosts": ("b.a.com",)},),
                        "route": ({"destination": {"host": "a"}},),
                    },
                ),
            ),
            ["spec.tls[0].match[0].sniHosts[0]"],
        ),
    ],
)
def test_a_server_name_is_under_a_host(obj: MeshObject, expected: list[str]) -> None:
    """A wildcard host covers the names below it, and not itself alone."""
    assert paths(obj) == expected
