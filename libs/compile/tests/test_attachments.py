"""What attaches to proxies is collected by kind, the oldest first."""

from libs.compile.attachments import attachments
from libs.meshapi.parse import parse_file

_TEXT = b"""
apiVersion: periplus.io/v1alpha1
kind: RateLimit
metadata: {name: younger, creationTimestamp: "2026-02-01T00:00:00Z"}
spec: {limits: [{name: all, requests: 5, per: 1s}]}
---
apiVersion: periplus.io/v1alpha1
kind: RateLimit
metadata: {name: older, creationTimestamp: "2026-01-01T00:00:00Z"}
spec: {limits: [{name: all, requests: 5, per: 1s}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: shop}
"""


def test_objects_of_one_kind_stand_by_their_age() -> None:
    """The order of the files says nothing, and other kinds are passed over."""
    found = attachments(one.object for one in parse_file("all.yaml", _TEXT).objects)
    assert [one.metadata.name for one in found.rate_limits] == ["older", "younger"]
    assert found.envoy_filters == ()
