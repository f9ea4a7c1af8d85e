"""Fields of Envoy's messages that the messages published for Python do not have yet.

They are written by their numbers, which Envoy 1.40 itself declares. Envoys without them pass them
over. The JSON form of a message does not show them.
"""

from datetime import timedelta
from typing import Final

from protogen.envoy.config.cluster.v3 import circuit_breaker_pb2

from libs.confighash.wire import delimited, varint
from libs.envoy.tracing import Tracing
from libs.envoy.wellknown import duration

_BUDGET_INTERVAL: Final = 3
_NO_CONTEXT_PROPAGATION: Final = 13
_VARINT: Final = 0
_YES: Final = 1


def count_budget_over(
    budget: circuit_breaker_pb2.CircuitBreakers.Thresholds.RetryBudget, interval: timedelta
) -> None:
    """Let a budget for retries count the requests of a while, and not only those of this moment."""
    written = duration(interval).SerializeToString(deterministic=True)
    budget.MergeFromString(delimited(_BUDGET_INTERVAL, written))


def keep_context(tracing: Tracing) -> None:
    """Report spans and send nobody the headers that continue their trace."""
    tag = varint(_NO_CONTEXT_PROPAGATION << 3 | _VARINT)
    tracing.MergeFromString(tag + varint(_YES))
