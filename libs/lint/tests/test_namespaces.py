"""Which namespaces are there."""

import pytest

from libs.desired.directory import contents_from_files
from libs.lint.clusterview import ClusterView, cluster_view
from libs.lint.namespaces import missing_namespace, namespace_object

FLEET = """apiVersion: periplus.io/v1alpha1
kind: Fleet
metadata: {name: example}
spec:
  sets:
  - {name: shop, paths: [configs]}
"""
CLUSTER = """apiVersion: periplus.io/v1alpha1
kind: Cluster
metadata: {name: east}
spec:
  connection: {%s}
"""
OBJECTS = """apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: v1
kind: ServiceAccount
metadata: {name: cart, namespace: stock}
"""


def cluster(connection: str) -> ClusterView:
    """Return a cluster with a namespace that is an object and one that has an object."""
    files = {
        "fleet.yaml": FLEET,
        "clusters/east/cluster.yaml": CLUSTER % connection,
        "configs/a.yaml": OBJECTS,
    }
    texts = {path: text.encode() for path, text in files.items()}
    view, contents, _ = contents_from_files(texts)
    assert view is not None
    return cluster_view(next(iter(view.clusters)), view, contents)


@pytest.mark.parametrize(
    ("connection", "name", "hint"),
    [
        ("static: {}", "shop", None),
        ("static: {}", "stock", None),
        ("static: {}", "shpo", "did you mean `shop`?"),
        ("static: {}", "elsewhere", "correct the name, or add the namespace"),
        ("context: east", "shpo", "did you mean `shop`?"),
        ("context: east", "elsewhere", None),
    ],
)
def test_a_namespace_is_missing_where_it_cannot_be_elsewhere(
    connection: str, name: str, hint: str | None
) -> None:
    """A real cluster may have more namespaces than the repository; a near miss is said anyway."""
    assert missing_namespace(cluster(connection), name) == hint


def test_only_an_object_has_labels() -> None:
    """A namespace that merely has objects is no object itself."""
    assert namespace_object(cluster("static: {}"), "stock") is None
    assert namespace_object(cluster("static: {}"), "shop") is not None
