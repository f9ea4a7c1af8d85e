"""Parts of a RouteRule keep their meaning, or are left out with a note."""

from datetime import timedelta

import pytest

from libs.meshapi.dialects import parts
from libs.meshapi.dialects.routerule import RouteRule
from libs.meshapi.dialects.run import Old
from libs.meshapi.dialects.tests.oldobjects import old, run_beside, said


def _rule(more: str) -> Old[RouteRule]:
    found = old("RouteRule", f"{{destination: {{name: reviews}}, {more}}}")
    assert isinstance(found.object, RouteRule)
    return Old(found.object, found.parsed)


def test_deadlines_and_retries_are_the_rules_own() -> None:
    """What a rule does not say it does not get; retries keep what old proxies retried on."""
    rule = _rule(
        "httpReqTimeout: {simpleTimeout: {timeout: 2s}}, "
        "httpReqRetries: {simpleRetry: {attempts: 3, perTryTimeout: 1s}}"
    ).object
    retried = parts.retries(rule)
    assert parts.timeout(rule) == timedelta(seconds=2)
    assert retried is not None
    assert (retried.attempts, retried.retry_on) == (3, parts.RETRIED)
    assert parts.timeout(_rule("precedence: 1").object) is None
    assert parts.retries(_rule("precedence: 1").object) is None


@pytest.mark.parametrize(
    ("fault", "kept", "note"),
    [
        ("delay: {percent: 10, fixedDelay: 5s}", True, None),
        ("abort: {percent: 0.5, httpStatus: 503}", True, None),
        ("delay: {fixedDelay: 5s}", False, "without a `percent` nothing was delayed"),
        ("abort: {httpStatus: 503}", False, "without a `percent` nothing was aborted"),
        ("delay: {percent: 10, exponentialDelay: 5s}", False, "only a fixed delay"),
        ("abort: {percent: 10, http2Error: REFUSED}", False, "only an HTTP or gRPC status"),
    ],
)
def test_faults(fault: str, note: str | None, *, kept: bool) -> None:
    """A fault that struck still strikes; one that never did is left out."""
    run = run_beside()
    assert (parts.fault(_rule(f"httpFault: {{{fault}}}"), run) is not None) == kept
    assert [one for one in said(run) if note is None or note not in one] == []
    assert bool(run.notes) != kept
