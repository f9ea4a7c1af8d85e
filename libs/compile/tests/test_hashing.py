"""What of a request is hashed."""

from datetime import timedelta

import pytest

from libs.compile.hashing import hash_policies
from libs.meshapi.trafficpolicy import ConsistentHash, HTTPCookie, LoadBalancer, TrafficPolicy


def _policy(written: ConsistentHash) -> TrafficPolicy:
    return TrafficPolicy(load_balancer=LoadBalancer(consistent_hash=written))


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        pytest.param(ConsistentHash(http_header_name="a"), "header", id="a header"),
        pytest.param(ConsistentHash(http_cookie=HTTPCookie(name="a")), "cookie", id="a cookie"),
        pytest.param(ConsistentHash(use_source_ip=True), "connection_properties", id="the caller"),
        pytest.param(ConsistentHash(http_query_parameter_name="a"), "query_parameter", id="query"),
    ],
)
def test_each_key_is_hashed_as_what_it_is(written: ConsistentHash, expected: str) -> None:
    """A route hashes one thing for one destination."""
    (found,) = hash_policies([_policy(written)])
    assert found.WhichOneof("policy_specifier") == expected


def test_destinations_with_one_key_hash_once() -> None:
    """Two subsets of one host need no second look at the header; others add theirs."""
    one, other = (_policy(ConsistentHash(http_header_name=name)) for name in "ab")
    assert [each.header.header_name for each in hash_policies([one, one, other])] == ["a", "b"]


def test_a_cookie_is_only_made_when_it_may_live() -> None:
    """Without a time to live the client's own cookie is read and none is set."""
    keys = [
        ConsistentHash(http_cookie=HTTPCookie(name="a")),
        ConsistentHash(http_cookie=HTTPCookie(name="a", ttl=timedelta())),
    ]
    found = hash_policies(map(_policy, keys))
    assert [each.cookie.HasField("ttl") for each in found] == [False, True]


def test_other_balancers_and_no_key_hash_nothing() -> None:
    """A policy without a hash adds nothing to a route."""
    empty = _policy(ConsistentHash())
    assert hash_policies([TrafficPolicy(), empty]) == []
