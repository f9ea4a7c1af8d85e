"""A patch applies to what it matches, and a program is where it can be got."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("WasmPlugin", url="oci://a/b"), []),
        (mesh_object("WasmPlugin", url="a.example.com/b:c"), []),
        (mesh_object("WasmPlugin", url="file:///a"), []),
        (mesh_object("WasmPlugin", url="oci://"), ["spec.url"]),
        (mesh_object("WasmPlugin", url="s3://a/b"), ["spec.url"]),
    ],
)
def test_a_module_has_an_address(obj: MeshObject, expected: list[str]) -> None:
    """A name without a scheme is an image."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "EnvoyFilter",
                configPatches=(
                    {
                        "applyTo": "HTTP_FILTER",
                        "match": {"listener": {}},
                        "patch": {"operation": "REMOVE"},
                    },
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "EnvoyFilter",
                configPatches=(
                    {
                        "applyTo": "VIRTUAL_HOST",
                        "match": {"routeConfiguration": {}},
                        "patch": {"operation": "REMOVE"},
                    },
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "EnvoyFilter",
                configPatches=(
                    {
                        "applyTo": "CLUSTER",
                        "match": {"cluster": {}},
                        "patch": {"operation": "REMOVE"},
                    },
                ),
            ),
            [],
        ),
        (
            mesh_object(
                "EnvoyFilter",
                configPatches=(
                    {
                        "applyTo": "CLUSTER",
                        "match": {"listener": {}},
                        "patch": {"operation": "REMOVE"},
                    },
                ),
            ),
            ["spec.configPatches[0].match.listener"],
        ),
        (
            mesh_object(
                "EnvoyFilter",
                configPatches=(
                    {
                        "applyTo": "HTTP_FILTER",
                        "match": {"cluster": {}},
                        "patch": {"operation": "REMOVE"},
                    },
                ),
            ),
            ["spec.configPatches[0].match.cluster"],
        ),
        (
            mesh_object(
                "EnvoyFilter",
                configPatches=(
                    {
                        "applyTo": "LISTENER",
                        "match": {"routeConfiguration": {}},
                        "patch": {"operation": "REMOVE"},
                    },
                ),
            ),
            ["spec.configPatches[0].match.routeConfiguration"],
        ),
    ],
)
def test_a_patch_fits_its_match(obj: MeshObject, expected: list[str]) -> None:
    """The part that is matched holds the part that is patched."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("TrafficExtension", lua={"inlineCode": "a"}), []),
        (mesh_object("TrafficExtension"), ["spec"]),
        (
            mesh_object("TrafficExtension", lua={"inlineCode": "a"}, wasm={"url": "a"}),
            ["spec.wasm"],
        ),
    ],
)
def test_an_extension_has_one_program(obj: MeshObject, expected: list[str]) -> None:
    """Lua and WebAssembly exclude each other."""
    assert paths(obj) == expected
