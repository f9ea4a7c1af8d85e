"""What is an old object, and what is somebody else's."""

from typing import Any

import pytest

from libs.meshapi.dialects.ingress import Ingress, is_meant_for_istio
from libs.meshapi.dialects.kinds import INTO, MODELS, old_model
from libs.meshapi.dialects.oldest import API_VERSION, TYPE, as_object
from libs.meshapi.dialects.quota import LIMIT_KINDS


def ingress(**more: Any) -> dict[str, Any]:
    """Return an Ingress as it was read from YAML."""
    return {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": {}} | more


@pytest.mark.parametrize(
    ("raw", "meant"),
    [
        (ingress(spec={"ingressClassName": "istio"}), True),
        (ingress(metadata={"annotations": {"kubernetes.io/ingress.class": "istio"}}), True),
        (ingress(spec={"ingressClassName": "nginx"}), False),
        (ingress(), False),
        (ingress(spec=[], metadata={"annotations": ["istio"]}), False),
    ],
)
def test_an_ingress_is_read_only_when_it_asks_for_istio(
    raw: dict[str, Any], *, meant: bool
) -> None:
    """All others belong to another controller, whatever is in them."""
    assert is_meant_for_istio(raw) is meant
    assert old_model(raw) is (Ingress if meant else None)


def test_kinds_of_today_are_none_of_the_old() -> None:
    """A kind of another group is not taken for an old one of the same name."""
    assert old_model({"apiVersion": "example.com/v1", "kind": "RouteRule"}) is None


def test_every_old_kind_becomes_something_or_is_a_limit() -> None:
    """No kind is dropped by having been forgotten."""
    assert INTO.keys() | set(LIMIT_KINDS) == set(MODELS)


def test_only_a_rule_of_the_first_release_gets_an_identity() -> None:
    """Other documents, and objects that happen to have a `type`, come back as they are."""
    rule = {"type": TYPE, "name": "a", "spec": {}}
    named = {"apiVersion": API_VERSION, "kind": TYPE, "metadata": {"name": "a"}, "spec": {}}
    assert as_object(rule) == named
    for other in ({"type": "Opaque", "apiVersion": "v1"}, {"type": "policy"}, [rule], None):
        assert as_object(other) is other
