"""Policies of security say whom they mean, and mean somebody."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "PeerAuthentication",
                selector={"matchLabels": {"a": "b"}},
                portLevelMtls={"65535": {}},
            ),
            [],
        ),
        (
            mesh_object(
                "PeerAuthentication", selector={"matchLabels": {"a": "b"}}, portLevelMtls={"0": {}}
            ),
            ["spec.portLevelMtls.0"],
        ),
        (
            mesh_object("PeerAuthentication", selector={}, portLevelMtls={"80": {}}),
            ["spec.portLevelMtls"],
        ),
    ],
)
def test_a_port_has_a_workload_whose_port_it_is(obj: MeshObject, expected: list[str]) -> None:
    """Settings by port need labels, and a port is a number that exists."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("RequestAuthentication", jwtRules=({"jwks": "{}"},)), []),
        (mesh_object("RequestAuthentication", jwtRules=({"jwksUri": "https://a"},)), []),
        (
            mesh_object("RequestAuthentication", jwtRules=({"jwksUri": "a"},)),
            ["spec.jwtRules[0].jwksUri"],
        ),
        (
            mesh_object("RequestAuthentication", jwtRules=({"jwks_uri": "http://a", "jwks": "b"},)),
            ["spec.jwtRules[0].jwks"],
        ),
    ],
)
def test_keys_come_from_one_place(obj: MeshObject, expected: list[str]) -> None:
    """Keys are written or fetched, and fetched over HTTP."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("AuthorizationPolicy", action="DENY", rules=({},)), []),
        (mesh_object("AuthorizationPolicy", action="ALLOW"), []),
        (mesh_object("AuthorizationPolicy", action="CUSTOM", provider={"name": "a"}), []),
        (mesh_object("AuthorizationPolicy", action="CUSTOM"), ["spec.action"]),
        (
            mesh_object("AuthorizationPolicy", action="AUDIT", provider={"name": "a"}),
            ["spec.provider"],
        ),
        (mesh_object("AuthorizationPolicy", action="DENY"), ["spec"]),
    ],
)
def test_an_action_has_what_it_needs(obj: MeshObject, expected: list[str]) -> None:
    """Only `CUSTOM` has a provider, and a denial denies something."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "AuthorizationPolicy", rules=({"to": ({"operation": {"paths": ("/a*",)}},)},)
            ),
            [],
        ),
        (
            mesh_object(
                "AuthorizationPolicy", rules=({"to": ({"operation": {"paths": ("*/a",)}},)},)
            ),
            [],
        ),
        (
            mesh_object(
                "AuthorizationPolicy",
                rules=({"to": ({"operation": {"paths": ("/a/{*}/b/{**}",)}},)},),
            ),
            [],
        ),
        (
            mesh_object(
                "AuthorizationPolicy", rules=({"to": ({"operation": {"paths": ("/a/{b}",)}},)},)
            ),
            ["spec.rules[0].to[0].operation.paths[0]"],
        ),
        (
            mesh_object(
                "AuthorizationPolicy", rules=({"to": ({"operation": {"paths": ("/{**}/{**}",)}},)},)
            ),
            ["spec.rules[0].to[0].operation.paths[0]"],
        ),
        (
            mesh_object(
                "AuthorizationPolicy", rules=({"to": ({"operation": {"paths": ("/a*/{*}",)}},)},)
            ),
            ["spec.rules[0].to[0].operation.paths[0]"],
        ),
    ],
)
def test_a_path_is_a_text_or_a_template(obj: MeshObject, expected: list[str]) -> None:
    """Braces stand for whole segments, two stars for the last."""
    assert paths(obj) == expected
