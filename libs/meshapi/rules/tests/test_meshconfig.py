"""Settings of a mesh are judged alike in Fleet and in a file of their own."""

from typing import Any

import pytest

from libs.meshapi.meshconfig.config import MeshConfig
from libs.meshapi.meshconfig.networks import MeshNetworks
from libs.meshapi.quoting import path_text
from libs.meshapi.rules import meshconfig
from libs.meshapi.rules.tests.rulecases import mesh_object, paths

SETTINGS = [
    ({"extensionProviders": ({"name": "a", "prometheus": {}},)}, []),
    ({"extensionProviders": ({"name": "a"},)}, ["extensionProviders[0]"]),
    ({"rootNamespace": "A"}, ["rootNamespace"]),
    ({"defaultConfig": {"serviceCluster": "a"}}, []),
    ({"connectTimeout": "0s"}, ["connectTimeout"]),
]


@pytest.mark.parametrize(("raw", "expected"), SETTINGS)
def test_a_setting_is_judged_where_it_stands(raw: dict[str, Any], expected: list[str]) -> None:
    """The path is the file's own, or starts where Fleet holds the settings."""
    found = meshconfig.check(MeshConfig.model_validate(raw))
    assert [path_text(problem.path) for problem in found] == expected
    assert paths(mesh_object("Fleet", mesh=raw)) == [f"spec.mesh.{path}" for path in expected]


@pytest.mark.parametrize(
    ("entry", "count"),
    [({"fromRegistry": "a"}, 0), ({"fromCidr": "10.0.0.0/8"}, 0), ({}, 1), ({"fromCidr": "a"}, 1)],
)
def test_endpoints_of_a_network_say_one_thing(entry: dict[str, str], count: int) -> None:
    """A network is a registry's or a CIDR's."""
    networks = MeshNetworks.model_validate({"networks": {"one": {"endpoints": (entry,)}}})
    assert len(list(meshconfig.check_networks(networks))) == count
