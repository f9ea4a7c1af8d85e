"""Retries: who says what is tried again."""

from libs.compile.retries import policy
from libs.meshapi.fleet import MeshSettings
from libs.meshapi.virtualservice import HTTPRetry

MESH = MeshSettings(default_http_retry_policy=HTTPRetry(attempts=7))
PLAIN = MeshSettings()


def test_a_rule_counts_before_the_mesh_and_that_before_the_default() -> None:
    """Zero attempts switch retries off, at either place."""
    rule = policy(HTTPRetry(attempts=1), MESH)
    mesh = policy(None, MESH)
    default = policy(None, PLAIN)
    assert rule is not None
    assert mesh is not None
    assert default is not None
    assert [one.num_retries.value for one in (rule, mesh, default)] == [1, 7, 2]
    assert policy(HTTPRetry(attempts=0), MESH) is None
    assert policy(None, MeshSettings(default_http_retry_policy=HTTPRetry())) is None


def test_a_hashed_request_stays_with_its_endpoint_unless_a_rule_says_otherwise() -> None:
    """Else every attempt would go where its session is not."""
    for written in (None, HTTPRetry(attempts=2)):
        hashed = policy(written, PLAIN, hashed=True)
        assert hashed is not None
        assert not hashed.retry_host_predicate
    moving = policy(HTTPRetry(attempts=2, retry_ignore_previous_hosts=True), PLAIN, hashed=True)
    assert moving is not None
    assert [one.name for one in moving.retry_host_predicate] == [
        "envoy.retry_host_predicates.previous_hosts"
    ]
