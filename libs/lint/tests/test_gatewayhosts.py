"""Which hosts a Gateway serves for whom."""

import pytest

from libs.lint.gatewayhosts import bound_names, served
from libs.lint.subject import Subject
from libs.lint.tests.subjects import subject
from libs.meshapi.gateway import Gateway
from libs.meshapi.virtualservice import VirtualService

EDGE = """\
apiVersion: networking.istio.io/v1
kind: Gateway
metadata: {name: edge, namespace: istio-system}
spec:
  selector: {istio: ingressgateway}
  servers:
  - port: {number: 80, name: http, protocol: HTTP}
    hosts: ["*.example.com", "shop/shop.example.org", "./own.example.org"]
"""
BOUND = """\
apiVersion: networking.istio.io/v1
kind: VirtualService
metadata: {name: shop, namespace: shop}
spec:
  hosts: [shop.example.com]
  gateways: [mesh, edge, istio-system/edge, edge]
  http:
  - directResponse: {status: 200}
"""


def edge() -> Subject[Gateway]:
    """Return the Gateway of this file."""
    one = subject("shop/edge.yaml", EDGE)
    assert isinstance(one.object, Gateway)
    return Subject(one.object, one.parsed, one.set)


@pytest.mark.parametrize(
    ("host", "namespace", "expected"),
    [
        ("a.example.com", "shop", {"a.example.com"}),
        ("*", "other", {"*.example.com"}),
        ("*", "shop", {"*.example.com", "shop.example.org"}),
        ("shop.example.org", "other", set()),
        ("own.example.org", "istio-system", {"own.example.org"}),
        ("example.com", "shop", set()),
    ],
    ids=["inside", "wider", "wider and own", "another's", "same namespace", "no subdomain"],
)
def test_a_server_serves_the_narrower_of_two_hosts(
    host: str, namespace: str, expected: set[str]
) -> None:
    """A namespace before a host leaves it to VirtualServices of that namespace."""
    assert served(edge(), host, namespace) == expected


def test_gateways_are_named_in_full_and_once() -> None:
    """A short name is one of the same namespace; `mesh` is no Gateway."""
    one = subject("shop/a.yaml", BOUND)
    assert isinstance(one.object, VirtualService)
    bound = Subject(one.object, one.parsed, one.set)
    assert bound_names(bound) == ("shop/edge", "istio-system/edge")
