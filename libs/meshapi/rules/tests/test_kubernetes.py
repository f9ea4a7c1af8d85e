"""Kubernetes' own kinds are judged as far as a mesh reads them."""

import pytest

from libs.meshapi.meshobject import MeshObject
from libs.meshapi.rules.tests.rulecases import mesh_object, paths


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (
            mesh_object(
                "Deployment",
                selector={"matchLabels": {"a": "b"}},
                template={
                    "metadata": {"labels": {"a": "b", "c": "d"}},
                    "spec": {"containers": ({"name": "a"},), "volumes": ({},)},
                },
            ),
            [],
        ),
        (
            mesh_object(
                "Deployment",
                selector={"matchLabels": {"a": "b"}},
                template={
                    "metadata": {"labels": {"a": "c"}},
                    "spec": {"containers": ({"name": "a"},), "volumes": ({},)},
                },
            ),
            ["spec.selector"],
        ),
    ],
)
def test_a_deployment_selects_its_own_pods(obj: MeshObject, expected: list[str]) -> None:
    """Labels beside the selected ones do no harm."""
    assert paths(obj) == expected


@pytest.mark.parametrize(
    ("obj", "expected"),
    [
        (mesh_object("Pod", containers=({"name": "a"}, {"name": "b"})), []),
        (
            mesh_object("Pod", initContainers=({"name": "a"},), containers=({"name": "a"},)),
            ["spec.containers[0].name"],
        ),
    ],
)
def test_containers_of_a_pod_have_names_of_their_own(obj: MeshObject, expected: list[str]) -> None:
    """Those that run first count as well."""
    assert paths(obj) == expected
