"""What is dropped, filled and refused before a model sees an object."""

from typing import Any

import pytest

from libs.kernel.origins import ObjectKey
from libs.meshapi.limits import DEFAULT_LIMITS
from libs.meshapi.positions import NodeTree
from libs.meshapi.reading import Document, Reading, key_of, read_object
from libs.meshapi.values import ValueBuilder
from libs.meshapi.yamlnodes import pieces_of


def _read(text: str) -> Reading:
    (piece,) = pieces_of("x.yaml", text)
    (root,) = piece.documents()
    builder = ValueBuilder(piece, DEFAULT_LIMITS, DEFAULT_LIMITS.nodes_max)
    raw = builder.build(root)
    return read_object(raw, (), Document(NodeTree(piece, root), builder.nulls > 0, 10))


def test_what_a_server_adds_is_dropped() -> None:
    """Status and metadata of the server leave no trace in the object."""
    plain = "{apiVersion: v1, kind: ConfigMap, metadata: {name: a}, data: {k: v}}"
    served = (
        "{apiVersion: v1, kind: ConfigMap, metadata: {name: a, uid: 1a, resourceVersion: '1', "
        "managedFields: [{}], generateName: a-, labels: null}, data: {k: v}, status: {x: 1}}"
    )
    assert _read(served).object == _read(plain).object is not None


def test_empty_values_are_absent_where_kubernetes_prints_them() -> None:
    """The core kinds are printed with nulls, which say nothing."""
    read = _read(
        "{apiVersion: v1, kind: Service, metadata: {name: a}, "
        "spec: {ports: [{port: 1, targetPort: null}], selector: null}}"
    )
    assert read.object is not None
    assert read.problems == ()


def test_empty_values_of_a_kind_without_model_are_kept() -> None:
    """Nobody here knows what they mean."""
    read = _read("{apiVersion: example.com/v1, kind: A, metadata: {name: a}, spec: {b: null}}")
    assert read.object is not None
    assert getattr(read.object, "content", None) == {"spec": {"b": None}}


def test_every_empty_value_of_a_mesh_kind_is_a_problem_of_its_own() -> None:
    """An empty match would match everything; nobody means that by writing nothing."""
    read = _read(
        "{apiVersion: networking.istio.io/v1, kind: VirtualService, metadata: {name: a}, "
        "spec: {hosts: [a], tls: null, http: [{match: null, redirect: {uri: /}}]}}"
    )
    assert read.object is None
    assert [one.path for one in read.problems] == [
        ("spec", "tls"),
        ("spec", "http", 0, "match"),
    ]


@pytest.mark.parametrize(
    ("raw", "key"),
    [
        (
            {"apiVersion": "v1", "kind": "Service", "metadata": {"name": "a"}},
            ObjectKey("", "Service", "default", "a"),
        ),
        (
            {"apiVersion": "b/v1", "kind": "C", "metadata": {"name": "a", "namespace": "n"}},
            ObjectKey("b", "C", "n", "a"),
        ),
        (
            {"apiVersion": "periplus.io/v1alpha1", "kind": "Fleet", "metadata": {"name": "a"}},
            ObjectKey("periplus.io", "Fleet", "", "a"),
        ),
        ({"kind": "Service", "metadata": {}}, None),
        ({"kind": 1, "metadata": {"name": "a"}}, None),
        ({"kind": "Service", "metadata": {"name": "a" * 254}}, None),
        ({"kind": "Service", "metadata": {"name": "\x1b[31m"}}, None),
        ({"kind": "Service", "metadata": {"name": "a", "namespace": ["b"]}}, None),
        ([], None),
    ],
)
def test_a_message_names_an_object_only_by_a_name_that_may_be_shown(
    raw: Any, key: ObjectKey | None
) -> None:
    """Names that are too long or would move a terminal's cursor are no names."""
    assert key_of(raw) == key
