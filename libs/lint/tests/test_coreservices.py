"""Services by what they select."""

import pytest

from libs.desired.directory import contents_from_files
from libs.lint.clusterview import ClusterView, cluster_view
from libs.lint.coreservices import service_names, services_of, services_selecting

SERVICE = """apiVersion: v1
kind: Service
metadata: {name: %s, namespace: %s}
spec:
  selector: {%s}
  ports:
  - {name: http, port: 80}
---
"""
TEXT = (
    SERVICE % ("all", "shop", "app: cart")
    + SERVICE % ("new", "shop", "app: cart, version: v2")
    + SERVICE % ("cart", "stock", "app: cart")
)


def cluster() -> ClusterView:
    """Return the one cluster of the text."""
    view, contents, _ = contents_from_files({"mesh.yaml": TEXT.encode()})
    assert view is not None
    return cluster_view(next(iter(view.clusters)), view, contents)


@pytest.mark.parametrize(
    ("labels", "found"),
    [
        ({"app": "cart", "version": "v2"}, ["all", "new"]),
        ({"app": "cart", "version": "v1"}, ["all"]),
        ({"app": "cart"}, ["all"]),
        ({"version": "v2"}, []),
        ({}, []),
    ],
)
def test_services_of_a_workload_select_by_labels_that_it_has(
    labels: dict[str, str], found: list[str]
) -> None:
    """Every label of the selector has to be the workload's, and not the other way round."""
    assert sorted(one.key.name for one in services_of(cluster(), "shop", labels)) == found


@pytest.mark.parametrize(
    ("labels", "found"),
    [({"app": "cart"}, ["all", "new"]), ({"version": "v2"}, ["new"]), ({}, [])],
)
def test_services_whose_every_workload_has_labels_name_them(
    labels: dict[str, str], found: list[str]
) -> None:
    """A policy for some labels is for all of these services' workloads."""
    assert sorted(one.key.name for one in services_selecting(cluster(), "shop", labels)) == found


def test_names_are_those_of_the_namespace() -> None:
    """A hint never leads elsewhere."""
    assert sorted(service_names(cluster(), "shop")) == ["all", "new"]
