"""Tests of the order of objects."""

import pytest

from libs.planning.layers import needs_confirmation, rank, trim_rank
from libs.planning.tests.values import a_key

ISTIO = "networking.istio.io"


@pytest.mark.parametrize(
    ("first", "then"),
    [
        (a_key("x", "Namespace"), a_key("x", "ConfigMap")),
        (a_key("x", "Namespace"), a_key("x", "CustomResourceDefinition", "apiextensions.k8s.io")),
        (a_key("x", "CustomResourceDefinition", "apiextensions.k8s.io"), a_key("x", "Ship", "y")),
        (a_key("x", "ServiceAccount"), a_key("x", "Deployment", "apps")),
        (a_key("x", "Role", "rbac.authorization.k8s.io"),
         a_key("x", "RoleBinding", "rbac.authorization.k8s.io")),
        (a_key("x", "DestinationRule", ISTIO), a_key("x", "VirtualService", ISTIO)),
        (a_key("x", "Service"), a_key("x", "HTTPRoute", "gateway.networking.k8s.io")),
        (a_key("x", "VirtualService", ISTIO),
         a_key("x", "ValidatingWebhookConfiguration", "admissionregistration.k8s.io")),
    ],
)  # fmt: skip
def test_what_others_need_comes_first(first: object, then: object) -> None:
    """Each pair is made in this order, and removed in the other one."""
    assert rank(first, 0) < rank(then, 0)  # type: ignore[arg-type]


def test_waves_order_everything_but_what_all_need() -> None:
    """A later wave waits for the whole earlier one; namespaces wait for nobody."""
    assert rank(a_key("x", "VirtualService", ISTIO), 1) < rank(a_key("x"), 2)
    assert rank(a_key("x"), -1) < rank(a_key("x"), 0)
    assert rank(a_key("x", "Namespace"), 9) < rank(a_key("x"), -9)


def test_subsets_go_after_the_routes_of_their_wave() -> None:
    """Taking away comes after the routes, before the next wave."""
    assert rank(a_key("x", "VirtualService", ISTIO), 1) < trim_rank(1) < rank(a_key("x"), 2)


def test_deletions_that_take_others_along_are_confirmed() -> None:
    """A namespace and a definition are asked for, a ConfigMap is not."""
    assert needs_confirmation(a_key("x", "Namespace"))
    assert needs_confirmation(a_key("x", "CustomResourceDefinition", "apiextensions.k8s.io"))
    assert not needs_confirmation(a_key("x"))
