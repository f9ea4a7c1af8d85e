"""A group needs no address, and asks its workloads in one way."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("WorkloadGroup", template={}), []),
        (mesh_object("WorkloadGroup", template={"address": "a b"}), ["spec.template.address"]),
        (
            mesh_object("WorkloadGroup", template={}, probe={"grpc": {}, "tcpSocket": {"port": 1}}),
            ["spec.probe.grpc"],
        ),
    ],
)
def test_a_template_may_be_without_address(obj: MeshObject, expected: list[str]) -> None:
    """What an entry gets later is not missed."""
    assert paths(obj) == expected
