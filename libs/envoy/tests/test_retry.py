"""Retry policies."""

from datetime import timedelta

import pytest

from libs.envoy import retry


@pytest.mark.parametrize(
    ("written", "conditions", "codes"),
    [
        pytest.param("", retry.DEFAULT_RETRY_ON, [], id="nothing: the default"),
        pytest.param("5xx, reset", "5xx,reset", [], id="conditions, spaces dropped"),
        pytest.param("503,429", "retriable-status-codes", [503, 429], id="codes need a condition"),
        pytest.param(
            "retriable-status-codes,503", "retriable-status-codes", [503], id="said once is enough"
        ),
    ],
)
def test_conditions_and_status_codes_are_told_apart(
    written: str, conditions: str, codes: list[int]
) -> None:
    """Codes go into their own list, and the condition that makes them count is added."""
    made = retry.policy(1, written)
    assert made.retry_on == conditions
    assert list(made.retriable_status_codes) == codes


def test_other_hosts_are_tried_unless_a_rule_says_no() -> None:
    """Without the predicate Envoy may choose the same host again."""
    assert len(retry.policy(1).retry_host_predicate) == 1
    assert not retry.policy(1, ignore_previous_hosts=False).retry_host_predicate


def test_times_are_kept() -> None:
    """Both spans are in the policy as given."""
    made = retry.policy(
        3, per_try_timeout=timedelta(milliseconds=250), backoff=timedelta(seconds=1)
    )
    assert made.per_try_timeout.ToTimedelta() == timedelta(milliseconds=250)
    assert made.retry_back_off.base_interval.ToTimedelta() == timedelta(seconds=1)
    assert made.num_retries.value == 3
