"""Kinds without a model are kept whole."""

import pytest

from libs.meshapi.metadata import Metadata
from libs.meshapi.opaque import OpaqueObject


@pytest.mark.parametrize(
    ("api_version", "kind", "namespace"),
    [
        ("v1", "ConfigMap", "default"),
        ("v1", "Namespace", ""),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", ""),
        ("rbac.authorization.k8s.io/v1", "Role", "default"),
        ("example.com/v1", "Namespace", "default"),
    ],
)
def test_known_cluster_scoped_kinds_have_no_namespace(
    api_version: str, kind: str, namespace: str
) -> None:
    """The group counts; a kind that nobody knows lives in namespaces."""
    obj = OpaqueObject(api_version=api_version, kind=kind, metadata=Metadata(name="a"))
    assert obj.key.namespace == namespace


def test_the_spec_is_that_of_the_content() -> None:
    """A kind without a spec has none."""
    named = Metadata(name="a")
    with_spec = OpaqueObject(api_version="v1", kind="A", metadata=named, content={"spec": {"a": 1}})
    without = OpaqueObject(api_version="v1", kind="A", metadata=named, content={"data": {}})
    assert with_spec.spec == {"a": 1}
    assert without.spec is None
