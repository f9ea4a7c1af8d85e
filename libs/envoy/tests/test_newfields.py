"""Fields by number."""

from datetime import timedelta

from google.protobuf.duration_pb2 import Duration
from protogen.envoy.config.cluster.v3 import circuit_breaker_pb2

from libs.confighash.wire import fields
from libs.envoy.newfields import count_budget_over, keep_context
from libs.envoy.tracing import Tracing


def _written(body: bytes) -> dict[int, bytes]:
    return {number: body[start:end] for number, _, _, start, end in fields(body)}


def test_a_field_that_python_does_not_know_goes_out_with_the_others() -> None:
    """It survives being read and written again, as in a cluster."""
    budget = circuit_breaker_pb2.CircuitBreakers.Thresholds.RetryBudget()
    budget.budget_percent.value = 20
    count_budget_over(budget, timedelta(seconds=10))
    cluster = circuit_breaker_pb2.CircuitBreakers()
    cluster.thresholds.add().retry_budget.CopyFrom(budget)
    body = cluster.thresholds[0].retry_budget.SerializeToString(deterministic=True)
    found = _written(body)
    assert sorted(found) == [1, 3]
    assert Duration.FromString(found[3]).seconds == 10


def test_a_context_is_kept_by_a_single_flag() -> None:
    """Everything else of the tracing stays."""
    tracing = Tracing(verbose=True)
    keep_context(tracing)
    assert tracing.verbose
    assert _written(tracing.SerializeToString())[13] == b"\x01"
