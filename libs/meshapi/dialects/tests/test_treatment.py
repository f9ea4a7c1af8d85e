"""A DestinationPolicy's numbers stand where today has them."""

from typing import Any

import pytest

from libs.meshapi.dialects.destinationpolicy import DestinationPolicy
from libs.meshapi.dialects.tests.oldobjects import old
from libs.meshapi.dialects.treatment import EJECTED_PERCENT, traffic_policy


def _policy(more: str) -> Any:
    found = old("DestinationPolicy", f"{{destination: {{name: reviews}}{more}}}").object
    assert isinstance(found, DestinationPolicy)
    made = traffic_policy(found)
    return made and made.model_dump(mode="json", by_alias=True, exclude_defaults=True)


@pytest.mark.parametrize(
    ("name", "simple"),
    [("ROUND_ROBIN", "ROUND_ROBIN"), ("LEAST_CONN", "LEAST_REQUEST"), ("RANDOM", "RANDOM")],
)
def test_balancers(name: str, simple: str) -> None:
    """Least connections are least requests today."""
    assert _policy(f", loadBalancing: {{name: {name}}}") == {"loadBalancer": {"simple": simple}}


def test_a_circuit_breaker_is_a_pool_and_ejection() -> None:
    """Zero said nothing; any breaker ejected up to a tenth of the instances."""
    breaker = "maxConnections: 9, httpMaxRequests: 0, httpConsecutiveErrors: 5, sleepWindow: 1m"
    made = _policy(f", circuitBreaker: {{simpleCb: {{{breaker}}}}}")
    assert made["connectionPool"] == {"tcp": {"maxConnections": 9}}
    ejection = made["outlierDetection"]
    assert (ejection["consecutive5xxErrors"], ejection["baseEjectionTime"]) == (5, "1m")
    assert ejection.get("maxEjectionPercent", EJECTED_PERCENT) == EJECTED_PERCENT


def test_a_policy_that_says_nothing_is_none() -> None:
    """It would be an empty rule."""
    assert _policy("") is None
