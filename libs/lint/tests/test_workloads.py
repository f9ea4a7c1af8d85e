"""Which workloads a selector selects."""

import pytest

from libs.desired.directory import contents_from_files
from libs.lint.clusterview import cluster_view
from libs.lint.workloads import EVERYWHERE, is_known, selected

ENTRY = """apiVersion: networking.istio.io/v1
kind: WorkloadEntry
metadata: {name: %s, namespace: %s}
spec: {address: 10.0.0.1, labels: {app: %s, version: v1}}
"""
DEPLOYMENT = """apiVersion: apps/v1
kind: Deployment
metadata: {name: stars, namespace: shop}
spec:
  selector: {matchLabels: {app: stars}}
  template:
    metadata: {labels: {app: stars}}
    spec:
      serviceAccountName: stars
      containers:
      - {name: app}
"""
VIEW, CONTENTS, _ = contents_from_files(
    {
        f"{number}.yaml": text.encode()
        for number, text in enumerate(
            (ENTRY % ("cart", "shop", "cart"), ENTRY % ("cart", "stock", "cart"), DEPLOYMENT)
        )
    }
)
assert VIEW is not None
KNOWN = cluster_view(next(iter(VIEW.clusters)), VIEW, CONTENTS)


@pytest.mark.parametrize(
    ("namespace", "labels", "found"),
    [
        ("shop", {"app": "cart"}, ["shop/cart"]),
        ("shop", {"app": "cart", "version": "v1"}, ["shop/cart"]),
        ("shop", {"app": "cart", "version": "v2"}, []),
        ("shop", {"app": "stars"}, ["shop/stars"]),
        ("stock", {"app": "stars"}, []),
        (EVERYWHERE, {"app": "cart"}, ["shop/cart", "stock/cart"]),
        ("shop", {}, ["shop/cart", "shop/stars"]),
    ],
)
def test_a_selector_selects_by_all_of_its_labels(
    namespace: str, labels: dict[str, str], found: list[str]
) -> None:
    """Only workloads of the namespace that carry every label are selected."""
    names = [f"{one.namespace}/{one.key.name}" for one in selected(KNOWN, namespace, labels)]
    assert sorted(names) == found


def test_a_namespace_without_workloads_is_told_apart() -> None:
    """What selects nothing where nothing is known is no finding."""
    assert is_known(KNOWN, "shop")
    assert not is_known(KNOWN, "elsewhere")


def test_the_account_of_a_deployment_is_that_of_its_pods() -> None:
    """Pods run as what the template says."""
    (stars,) = selected(KNOWN, "shop", {"app": "stars"})
    assert stars.account == "stars"
