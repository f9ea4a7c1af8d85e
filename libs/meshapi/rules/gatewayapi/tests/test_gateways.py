"""Listeners of a gateway can stand side by side."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "gateway.networking.k8s.io/Gateway",
                gatewayClassName="a",
                listeners=(
                    {"name": "a", "port": 80, "protocol": "HTTP"},
                    {"name": "b", "port": 81, "protocol": "HTTP"},
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/Gateway",
                gatewayClassName="a",
                listeners=(
                    {"name": "a", "port": 80, "protocol": "HTTP"},
                    {"name": "b", "port": 80, "protocol": "HTTP", "hostname": "a.com"},
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/Gateway",
                gatewayClassName="a",
                listeners=(
                    {"name": "a", "port": 80, "protocol": "HTTP"},
                    {"name": "b", "port": 80, "protocol": "HTTP"},
                ),
            ),
            ["spec.listeners[1]"],
        ),
    ],
)
def test_listeners_differ_in_port_protocol_or_hostname(
    obj: MeshObject, expected: list[str]
) -> None:
    """Equal ones would hide each other."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "gateway.networking.k8s.io/Gateway",
                gatewayClassName="a",
                listeners=(
                    {"name": "a", "port": 80, "protocol": "TLS", "tls": {"mode": "Passthrough"}},
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/Gateway",
                gatewayClassName="a",
                listeners=(
                    {"name": "a", "port": 80, "protocol": "HTTPS", "tls": {"options": {"a": "b"}}},
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/Gateway",
                gatewayClassName="a",
                listeners=({"name": "a", "port": 80, "protocol": "TLS"},),
            ),
            ["spec.listeners[0]"],
        ),
        (
            mesh_object(
                "gateway.networking.k8s.io/Gateway",
                gatewayClassName="a",
                listeners=(
                    {"name": "a", "port": 80, "protocol": "TCP", "tls": {"mode": "Passthrough"}},
                ),
            ),
            ["spec.listeners[0].tls"],
        ),
    ],
)
def test_tls_fits_the_protocol(obj: MeshObject, expected: list[str]) -> None:
    """Plain protocols have none, and `TLS` says how it ends."""
    assert paths(obj) == expected
