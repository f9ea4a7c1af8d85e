"""Rules of the first release are RouteRules in another spelling."""

from typing import Any

import pytest

from libs.meshapi.dialects.oldest import OldestRouteRule, as_object, route_rule
from libs.meshapi.parse import parse_file

TEXT = b"""
type: route-rule
name: reviews
namespace: shop
spec:
  destination: reviews.shop.svc.cluster.local
  precedence: 2
  match: {httpHeaders: {uri: {prefix: /x}}}
  route: [{tags: {version: v2}, weight: 100}]
"""


def test_tags_are_labels_and_headers_conditions() -> None:
    """Name and namespace stood beside the spec; the destination was a whole host."""
    (one,) = parse_file("a.yaml", TEXT).objects
    assert isinstance(one.object, OldestRouteRule)
    rule = route_rule(one.object)
    assert (rule.key.namespace, rule.key.name, rule.spec.precedence) == ("shop", "reviews", 2)
    assert rule.spec.destination.service == "reviews.shop.svc.cluster.local"
    assert [dict(each.labels) for each in rule.spec.route] == [{"version": "v2"}]
    assert rule.spec.match is not None
    assert rule.spec.match.request is not None
    assert set(rule.spec.match.request.headers) == {"uri"}


@pytest.mark.parametrize(
    "raw", [{"type": "route-rule", "apiVersion": "v1"}, {"type": "other"}, ["type"], None]
)
def test_other_documents_stay_what_they_are(raw: Any) -> None:
    """Only the first release's own form is given an identity."""
    assert as_object(raw) is raw
