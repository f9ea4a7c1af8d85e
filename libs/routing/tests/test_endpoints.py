"""Endpoints of clusters."""

from typing import Any

import pytest

from libs.routing.endpoints import Arrived, of_cluster
from libs.routing.outcome import UndecidedError
from libs.routing.tests.envoys import call, cluster, envoy

_ADDRESSES = ("10.0.0.1:80", "10.0.0.2:80", "10.0.0.3:80", "10.0.0.4:80")


def _found(one: dict[str, Any], *, restored: bool = False) -> list[str]:
    arrived = Arrived(envoy([], [one]), call(address="10.9.9.9", port=81), restored)
    return [f"{each.address}:{each.port}" for each in of_cluster(arrived, "c")]


@pytest.mark.parametrize(
    ("unhealthy", "threshold", "count"), [(1, None, 3), (2, None, 2), (3, None, 4), (3, 0, 1)]
)
def test_the_unhealthy_get_no_calls_unless_most_are(
    unhealthy: int, threshold: int | None, count: int
) -> None:
    """Below half of healthy endpoints Envoy panics and calls all, unless that is switched off."""
    one: dict[str, Any] = {**cluster("c", *_ADDRESSES)}
    for each in one["load_assignment"]["endpoints"][0]["lb_endpoints"][:unhealthy]:
        each["health_status"] = "UNHEALTHY"
    if threshold is not None:
        one["common_lb_config"] = {"healthy_panic_threshold": {"value": threshold}}
    assert len(_found(one)) == count


def test_an_original_destination_needs_one() -> None:
    """It goes where the call was meant to go, and nowhere when the listener does not know that."""
    one = {"name": "c", "type": "ORIGINAL_DST", "lb_policy": "CLUSTER_PROVIDED"}
    assert _found(one, restored=True) == ["10.9.9.9:81"]
    assert _found(one) == []


def test_a_cluster_that_chooses_by_itself_is_not_decided() -> None:
    """Subsets by metadata and cluster types of others are not understood."""
    with pytest.raises(UndecidedError, match="lb_subset_config"):
        _found({**cluster("c", *_ADDRESSES), "lb_subset_config": {"fallback_policy": 1}})


def test_discovered_endpoints_are_found_by_the_name_of_the_service() -> None:
    """The service's name counts before the cluster's."""
    discovered = {"name": "c", "type": "EDS", "eds_cluster_config": {"service_name": "s"}}
    listed = {**cluster("s", "10.0.0.7:80")["load_assignment"]}
    arrived = Arrived(envoy([], [discovered], endpoints=[listed]), call(), restored=False)
    assert [each.address for each in of_cluster(arrived, "c")] == ["10.0.0.7"]
