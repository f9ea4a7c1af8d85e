"""A RateLimit says little where its defaults fit."""

from datetime import timedelta

from libs.meshapi.parse import parse_file
from libs.meshapi.ratelimit import Limit, RateLimit

_TEXT = b"""
apiVersion: periplus.io/v1alpha1
kind: RateLimit
metadata: {name: web}
spec: {limits: [{name: all, requests: 5, per: 1s}]}
"""


def test_a_limit_without_more_refuses_with_429_whoever_calls() -> None:
    """Name and rate are enough: every request counts, in one bucket per proxy."""
    parsed = parse_file("limit.yaml", _TEXT).objects[0].object
    assert isinstance(parsed, RateLimit)
    assert parsed.spec.limits == (Limit(name="all", requests=5, per=timedelta(seconds=1)),)
    assert parsed.spec.limits[0].response.status == 429
    assert parsed.spec.limits[0].percent == 100
