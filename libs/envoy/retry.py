"""Retry policies, with Istio's defaults.

The default retries only what cannot have reached a workload, at most twice, on other hosts.
"""

from datetime import timedelta

from protogen.envoy.config.route.v3 import route_components_pb2 as rc
from protogen.envoy.extensions.retry.host.previous_hosts.v3 import previous_hosts_pb2
from protogen.envoy.extensions.retry.priority.previous_priorities.v3 import (
    previous_priorities_config_pb2,
)

from libs.envoy.anys import pack
from libs.envoy.wellknown import duration, uint32

DEFAULT_ATTEMPTS = 2
DEFAULT_RETRY_ON = "connect-failure,refused-stream,unavailable,cancelled,retriable-status-codes"
HOST_SELECTION_ATTEMPTS_MAX = 5
_ATTEMPTS_PER_PRIORITY = 2
_STATUS_CODES = "retriable-status-codes"


def default_policy() -> rc.RetryPolicy:
    """Return what applies where nobody says anything."""
    return policy(DEFAULT_ATTEMPTS)


def policy(
    attempts: int,
    retry_on: str = "",
    *,
    per_try_timeout: timedelta | None = None,
    backoff: timedelta | None = None,
    ignore_previous_hosts: bool = True,
    remote_localities: bool = False,
) -> rc.RetryPolicy:
    """Return a policy. `retry_on` lists Envoy's conditions and plain status codes, by commas."""
    conditions, codes = _conditions(retry_on)
    result = rc.RetryPolicy(
        num_retries=uint32(attempts), retry_on=conditions, retriable_status_codes=codes
    )
    if ignore_previous_hosts:
        result.host_selection_retry_max_attempts = HOST_SELECTION_ATTEMPTS_MAX
        result.retry_host_predicate.append(_other_hosts())
    if remote_localities:
        result.retry_priority.CopyFrom(_other_priorities())
    if per_try_timeout is not None:
        result.per_try_timeout.CopyFrom(duration(per_try_timeout))
    if backoff is not None:
        result.retry_back_off.base_interval.CopyFrom(duration(backoff))
    return result


def _conditions(retry_on: str) -> tuple[str, list[int]]:
    """Split conditions from status codes; codes need a condition of their own to count."""
    if not retry_on:
        return DEFAULT_RETRY_ON, []
    words = [word.strip() for word in retry_on.split(",") if word.strip()]
    codes = [int(word) for word in words if word.isascii() and word.isdigit()]
    names = [word for word in words if not (word.isascii() and word.isdigit())]
    if codes and _STATUS_CODES not in names:
        names.append(_STATUS_CODES)
    return ",".join(names), codes


def _other_hosts() -> rc.RetryPolicy.RetryHostPredicate:
    return rc.RetryPolicy.RetryHostPredicate(
        name="envoy.retry_host_predicates.previous_hosts",
        typed_config=pack(previous_hosts_pb2.PreviousHostsPredicate()),
    )


def _other_priorities() -> rc.RetryPolicy.RetryPriority:
    """After two attempts Envoy leaves out the priorities that were tried."""
    config = previous_priorities_config_pb2.PreviousPrioritiesConfig(
        update_frequency=_ATTEMPTS_PER_PRIORITY
    )
    return rc.RetryPolicy.RetryPriority(
        name="envoy.retry_priorities.previous_priorities", typed_config=pack(config)
    )
