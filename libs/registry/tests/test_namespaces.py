"""Labels of namespaces."""

from libs.registry.namespaces import changed_labels, labels_of
from libs.registry.tests.objects import objects

_SHOP = objects("{apiVersion: v1, kind: Namespace, metadata: {name: shop, labels: {mesh: in}}}")


def test_every_namespace_has_its_name_as_a_label() -> None:
    """Kubernetes adds it, so it counts for namespaces that no file describes as well."""
    known = changed_labels({}, (), _SHOP)
    assert labels_of("shop", known) == {"mesh": "in", "kubernetes.io/metadata.name": "shop"}
    assert labels_of("bank", known) == {"kubernetes.io/metadata.name": "bank"}


def test_a_namespace_that_goes_is_forgotten() -> None:
    """One that changes has its new labels."""
    known = changed_labels({}, (), _SHOP)
    assert changed_labels(known, _SHOP, ()) == {}
    assert changed_labels(known, _SHOP, _SHOP) == known
